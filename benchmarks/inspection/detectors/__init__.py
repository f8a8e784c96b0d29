"""What is compared: each as a module with a small adapter."""
