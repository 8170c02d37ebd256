from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0004_attention'),
    ]

    operations = [
        migrations.AddField(
            model_name='dispatch',
            name='perishable',
            field=models.BooleanField(default=False),
        ),
    ]
