from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0003_shared'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'dead')), fields=['due_at'], name='message_dead'),
        ),
    ]
