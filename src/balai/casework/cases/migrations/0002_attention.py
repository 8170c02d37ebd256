from django.db import migrations, models
from django.utils import timezone


def find_stuck(apps, schema_editor):
    """Mark the cases in which a step is stuck already: the mark of such a token begins with `!`."""
    case_model = apps.get_model("cases", "Case")
    waiting = case_model.objects.exclude(status="closed").only("id", "state").order_by("id")
    stuck = [
        case.id
        for case in waiting.iterator(chunk_size=500)
        if any(len(token) > 3 and str(token[3]).startswith("!") for token in case.state.get("t", ()))
    ]
    case_model.objects.filter(id__in=stuck).update(stuck_at=timezone.now())


def find_unstaffed(apps, schema_editor):
    """Mark the open tasks that went to a unit above the case's own; who has none at all cannot be told from the past."""
    tasks = apps.get_model("cases", "Task").objects
    lent = tasks.filter(state="open", unit__isnull=False).exclude(unit=models.F("case__unit"))
    tasks.filter(id__in=lent.values("id")).update(unstaffed=True)


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0004_attention'),
        ('cases', '0001_initial'),
        ('offices', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='stuck_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='unstaffed',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(find_stuck, migrations.RunPython.noop),
        migrations.RunPython(find_unstaffed, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('stuck_at__isnull', False)), fields=['stuck_at'], name='case_stuck'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state', 'open'), ('unstaffed', True)), fields=['opened_at'], name='task_unstaffed'),
        ),
    ]
