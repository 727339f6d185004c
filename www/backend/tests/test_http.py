"""The HTTP API and the demo page."""

import pytest
from django.conf import settings as product
from django.test import Client
from inbox_socket.django.frames import frames

from inbox import services
from inbox.models import Conversation, Message, User


@pytest.fixture
def browser() -> Client:
    return Client(SERVER_NAME="inbox.test")


def post(browser: Client, path: str, body="{}", content_type="application/json", **headers):
    return browser.post(path, body, content_type, headers=headers)


def say(room: Conversation, sender: User, text: str) -> Message:
    return Message.objects.create(conversation=room, sender=sender, type="TEXT", text=text)


ANA = {"username": "ana", "password": "secret"}


def test_logging_in_and_out(world, browser):
    assert browser.get("/api/me").status_code == 401
    person = {"id": world.ana.pk, "username": "ana", "name": "Ana"}
    answer = post(browser, "/api/login", ANA)
    assert (answer.status_code, answer.json()) == (200, person)
    assert browser.get("/api/me").json() == person
    assert post(browser, "/api/logout").status_code == 204
    assert browser.get("/api/me").status_code == 401


def test_logging_out_needs_neither_a_body_nor_a_login(world, browser):
    headers = {"Content-Type": "application/json"}
    assert browser.generic("POST", "/api/logout", headers=headers).status_code == 204


def test_the_session_cookie_is_httponly_samesite_and_secure(world, browser):
    post(browser, "/api/login", ANA)
    cookie = browser.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["secure"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"username": "ana", "password": "wrong"}, 401),
        ({"username": "nobody", "password": "secret"}, 401),
        ({"username": "ana"}, 400),
        ({"username": ["ana"], "password": "secret"}, 400),
        ('{"username":"ana\\u0000","password":"secret"}', 400),
        ('{"username":"ana","password":"\\ud800"}', 400),
        ("[]", 400),
        ("{", 400),
        ("[" * 100_000, 400),
        (b"\xff", 400),
    ],
)
def test_wrong_and_malformed_logins_are_rejected(world, browser, body, status):
    answer = post(browser, "/api/login", body)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert "sessionid" not in browser.cookies


def test_a_deactivated_account_cannot_log_in(world, browser):
    User.objects.update(is_active=False)
    assert post(browser, "/api/login", ANA).status_code == 401


def test_a_demo_account_works_only_with_debug(world, browser, settings):
    User.objects.update(is_demo=True)
    assert post(browser, "/api/login", ANA).status_code == 401
    settings.DEBUG = True
    assert post(browser, "/api/login", ANA).status_code == 200
    settings.DEBUG = False
    assert browser.get("/api/me").status_code == 401


@pytest.mark.parametrize("path", ["/api/login", "/api/logout"])
@pytest.mark.parametrize("origin", ["null", "http://evil.example", "http://inbox.test:8000"])
def test_a_page_of_another_origin_can_neither_log_in_nor_out(world, browser, path, origin):
    browser.force_login(world.ana)
    assert post(browser, path, ANA, Origin=origin).status_code == 403
    assert browser.get("/api/me").status_code == 200


def test_a_page_of_the_same_origin_can_log_in(world, browser):
    assert post(browser, "/api/login", ANA, Origin="http://inbox.test").status_code == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_content_types_that_a_form_can_send_are_rejected(world, browser, content_type):
    assert post(browser, "/api/login", "{}", content_type).status_code == 415


@pytest.mark.parametrize("path", ["/api/login", "/api/logout"])
def test_a_link_can_neither_log_in_nor_out(world, browser, path):
    assert browser.get(path).status_code == 405


def test_an_unknown_host_is_rejected(world):
    assert post(Client(SERVER_NAME="evil.example"), "/api/login", ANA).status_code == 400


def test_the_inbox_lists_the_users_conversations_most_recent_first(world, browser):
    quiet = world.ana.conversations.create(title="Quiet")
    _, last = say(world.room, world.ben, "one"), say(world.room, world.ben, "two")
    browser.force_login(world.ana)
    assert browser.get("/api/conversations").json() == {
        "conversations": [
            {
                "id": world.room.pk,
                "title": "Room",
                "participants": [
                    {"id": world.ana.pk, "name": "Ana"},
                    {"id": world.ben.pk, "name": "Ben"},
                ],
                "last_message": frames([last])[0],
                "message_count": 2,
            },
            {
                "id": quiet.pk,
                "title": "Quiet",
                "participants": [{"id": world.ana.pk, "name": "Ana"}],
                "last_message": None,
                "message_count": 0,
            },
        ]
    }


def test_the_inbox_takes_four_queries_for_any_number_of_conversations(
    world, django_assert_num_queries
):
    for number in range(5):
        room = world.ana.conversations.create(title=f"Room {number}")
        say(room, world.ana, "Hello")
    with django_assert_num_queries(4):
        services.conversations_of(world.ana)


def test_rehearsals_have_one_participant_and_are_never_listed(world, browser):
    browser.force_login(world.ana)
    listed = browser.get("/api/conversations").json()
    three = post(browser, "/api/rehearsal", {"count": 3}).json()["conversations"]
    five = post(browser, "/api/rehearsal", {"count": 5}).json()["conversations"]
    assert len(set(five)) == 5
    assert five[:3] == three
    for room in Conversation.objects.filter(pk__in=five):
        assert list(room.participants.all()) == [world.ana]
    assert browser.get("/api/conversations").json() == listed

    browser.force_login(world.ben)
    assert not set(post(browser, "/api/rehearsal", {"count": 1}).json()["conversations"]) & set(
        five
    )


@pytest.mark.parametrize("count", [0, 101, -1, 1.5, True, "3", None])
def test_a_rehearsal_with_an_invalid_count_is_rejected(world, browser, count):
    browser.force_login(world.ana)
    assert post(browser, "/api/rehearsal", {"count": count}).status_code == 400


def test_a_rehearsal_requires_a_login(world, browser):
    assert post(browser, "/api/rehearsal", {"count": 1}).status_code == 401


def test_the_inbox_requires_a_login(world, browser):
    assert browser.get("/api/conversations").status_code == 401


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html"),
        ("/compare/", "text/html"),
        ("/assets/index-0a1B2c3D.js", "text/javascript"),
        ("/assets/core-0a1B2c3D.wasm", "application/wasm"),
    ],
)
def test_the_built_page_is_served_with_the_types_that_browsers_require(browser, path, content_type):
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"].split(";")[0] == content_type
    assert b"".join(answer.streaming_content)
    assert ("immutable" in answer["Cache-Control"]) == path.startswith("/assets/")


@pytest.mark.parametrize(("path", "isolated"), [("/compare/", True), ("/", False)])
def test_only_the_comparison_page_is_cross_origin_isolated(browser, path, isolated):
    answer = browser.get(path)
    answer.close()
    assert (answer.get("Cross-Origin-Embedder-Policy") == "require-corp") == isolated
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/../secret_key", "/assets/../../secret_key", "/secret_key"])
def test_files_outside_the_page_are_not_served(browser, path):
    assert (product.DATA_DIR / "secret_key").exists()
    assert browser.get(path).status_code == 404


def test_without_a_built_page_the_response_tells_how_to_build_it(browser, settings, tmp_path):
    settings.WHITENOISE_ROOT = tmp_path
    answer = browser.get("/")
    assert answer.status_code == 404
    assert b"make demo" in answer.content
    assert answer.content.count(b"\n") == 1
