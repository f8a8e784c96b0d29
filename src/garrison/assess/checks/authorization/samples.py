"""Code that mends authorization, by framework."""

from collections.abc import Mapping
from typing import Final

OWNER_SAMPLES: Final[Mapping[str, str]] = {
    "fastapi": """@app.get("/orders/{order_id}")
def read_order(order_id: int, user: User = Depends(current_user), db: Session = Depends(get_db)):
    order = db.query(Order).filter_by(id=order_id, owner_id=user.id).one_or_none()
    if order is None:
        raise HTTPException(404)
    return order""",
    "django": """class OrderView(RetrieveUpdateDestroyAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = OrderSerializer

    def get_queryset(self):
        return Order.objects.filter(owner=self.request.user)""",
    "flask": """@app.get("/orders/<int:order_id>")
@login_required
def read_order(order_id):
    order = Order.query.filter_by(id=order_id, owner_id=current_user.id).first_or_404()
    return order_schema.dump(order)""",
}
"""An object is looked up among those of the principal."""

FIELD_SAMPLES: Final[Mapping[str, str]] = {
    "fastapi": """class NewUser(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    email: EmailStr      # no role, no is_admin: nobody sets those here""",
    "django": """class UserSerializer(ModelSerializer):
    class Meta:
        model = User
        fields = ["name", "email", "role"]
        read_only_fields = ["role"]""",
    "flask": """class NewUser(Schema):
    class Meta:
        unknown = RAISE
    name = fields.String(required=True)
    email = fields.Email(required=True)""",
}
"""What may be written is listed; everything else is refused."""

ROLE_SAMPLES: Final[Mapping[str, str]] = {
    "fastapi": """admin = APIRouter(prefix="/admin", dependencies=[Security(current_user, scopes=["admin"])])""",
    "django": """class ReportView(APIView):
    permission_classes = [IsAdminUser]""",
    "flask": """@app.before_request
def deny_by_default():
    view = app.view_functions.get(request.endpoint)
    if not getattr(view, "allowed_roles", set()) & set(current_user.roles):
        abort(403)""",
}
"""Every function says who may call it."""

ANSWER_SAMPLES: Final[Mapping[str, str]] = {
    "fastapi": """class PublicUser(BaseModel):
    name: str            # no password, no token, no address

@app.get("/users", response_model=list[PublicUser])
def list_users(): ...""",
    "django": """class PublicUserSerializer(ModelSerializer):
    class Meta:
        model = User
        fields = ["name"]""",
    "flask": """class PublicUser(Schema):
    name = fields.String()

return PublicUser(many=True).dump(users)""",
}
"""What leaves is listed; everything else stays."""
