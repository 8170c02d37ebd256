from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0009_read_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='Log',
            fields=[
                ('id', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('origin', models.CharField(max_length=200)),
                ('keys', models.JSONField()),
                ('chained', models.BigIntegerField()),
                ('chained_hash', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.AddField(
            model_name='entry',
            name='salt',
            field=models.BinaryField(max_length=16, null=True),
        ),
    ]
