from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0005_perishable'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='message', name='message_waiting'),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(
                condition=models.Q(('state', 'waiting')), fields=['listener', 'due_at'], name='message_line'
            ),
        ),
    ]
