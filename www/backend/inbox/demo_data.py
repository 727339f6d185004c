"""Users and messages for the demo, and crowds of users for the benchmarks.

All these users have the password `demo` and are therefore demo accounts (see AccountBackend).
"""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from inbox_socket.django.watching import publish

from inbox.models import Conversation, Message, User

PASSWORD = "demo"  # noqa: S105 - public by design

PEOPLE = ("ana", "ben", "chi")

# Title, hours since the last message, and the messages, each line beginning with its sender.
HISTORY = (
    (
        "Saturday hike",
        1,
        """
        ana: Are we still on for Saturday? The forecast says dry until four.
        ben: Yes! I was thinking the lake loop, about 14 km.
        ana: Lovely. Is the bridge open again?
        ben: Since last week. My neighbour walked it on Sunday.
        ana: Then let's take the 8:12 train, we'd be up there by half past nine.
        ben: Deal. I'll bring the stove and coffee.
        ana: And I'll bring the cake that may or may not survive the train ride 🍰
        """,
    ),
    (
        "Kitchen shelves",
        5,
        """
        ben: The wood arrived. It's oak, not ash, but it looks great.
        ana: Even better. What lengths did they send?
        ben: Two at 120 cm and one at 80.
        ana: The 80 goes over the sink then. Do you have wall plugs for brick?
        ben: A whole box. I'll come by on Tuesday after work, if that suits you?
        ana: Tuesday is perfect. Dinner is on me.
        """,
    ),
    (
        "Book swap",
        28,
        """
        ana: I finished the lighthouse one last night. The ending!
        ben: I told you. Which part got you?
        ana: When the letters turn out to be hers. I had to read that page twice.
        ben: Same here. Do you have something lighter for me now?
        ana: There's one about a man who walks across a country to apologise. Funny, I promise.
        ben: Sold. I'll drop yours off on the way to the station.
        """,
    ),
    (
        "Friday dinner",
        2,
        """
        chi: Who's cooking on Friday? I can do dumplings if someone helps me fold.
        ana: I'm folding! Mine come out like little hats, but they taste the same.
        ben: I'll bring greens and something to drink.
        chi: Perfect. Seven at my place?
        ana: Seven is good.
        ben: I might be ten minutes late, my shift ends at half past six.
        chi: No problem, we'll keep the first batch warm for you.
        """,
    ),
    (
        "Piano on Thursday",
        50,
        """
        chi: Can we move the lesson to five? There's a school concert at six.
        ana: Five works. Shall I bring the duet again?
        chi: Yes please, the slow one. I've actually practised the left hand!
        ana: Then I'd better practise the right one.
        """,
    ),
    (
        "Tomatoes on the roof",
        74,
        """
        ben: I watered everything this morning. The yellow ones are nearly there.
        chi: Thank you! I'm back on Monday, take whatever is ripe until then.
        ben: I took three. For quality control, of course.
        chi: Of course. And the verdict?
        ben: Best ones so far. Save me some seeds for next year.
        """,
    ),
)


@transaction.atomic
def seed_demo() -> None:
    """Creates the three users and their conversations, unless the database has users already."""
    if User.objects.exists():
        return
    people = {user.username: user for user in _make_users(PEOPLE)}
    now = timezone.now()
    messages = []
    for title, hours_ago, script in HISTORY:
        lines = [line.strip().split(": ", 1) for line in script.strip().splitlines()]
        conversation = Conversation.objects.create(title=title)
        conversation.participants.set({people[who] for who, _ in lines})
        messages += (
            Message(
                conversation=conversation,
                sender=people[who],
                type="TEXT",
                text=text,
                created_at=now - timedelta(hours=hours_ago, minutes=4 * (len(lines) - position)),
            )
            for position, (who, text) in enumerate(lines)
        )
    # By creation time, so that ids and times have the same order.
    publish(Message.objects.bulk_create(sorted(messages, key=lambda message: message.created_at)))


@transaction.atomic
def seed_crowd(users: int, conversations: int) -> None:
    """Creates users `u1`, `u2` … and empty conversations that all share, unless `u1` exists."""
    if User.objects.filter(username="u1").exists():
        return
    people = _make_users(f"u{number}" for number in range(1, users + 1))
    for number in range(1, conversations + 1):
        conversation = Conversation.objects.create(title=f"Room {number}")
        conversation.participants.set(people)


def _make_users(names) -> list[User]:
    password = make_password(PASSWORD)  # slow by design, so hash it once for all users
    return [
        User.objects.create(
            username=name, first_name=name.capitalize(), password=password, is_demo=True
        )
        for name in names
    ]
