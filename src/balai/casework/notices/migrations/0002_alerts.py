import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_attention'),
        ('notices', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=12)),
                ('subject', models.CharField(max_length=200)),
                ('node', models.CharField(blank=True, max_length=80)),
                ('detail', models.CharField(blank=True, max_length=120)),
                ('raised_at', models.DateTimeField()),
                ('times', models.PositiveIntegerField(default=1)),
                ('told_at', models.DateTimeField(null=True)),
                ('batch', models.UUIDField(null=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('told_at__isnull', True)), fields=['raised_at'], name='alert_untold'), models.Index(fields=['-told_at'], name='alert_told'), models.Index(condition=models.Q(('batch__isnull', False)), fields=['batch'], name='alert_of_batch')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'subject'), name='alert_once_per_subject')],
            },
        ),
    ]
