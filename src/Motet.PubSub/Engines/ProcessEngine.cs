namespace Motet.PubSub;

/// <summary>Delivers in this process and nowhere else; any number of hubs.</summary>
internal sealed class ProcessEngine : PubSubEngine
{
    protected internal override void Subscribe(string name, bool isPattern)
    {
    }

    protected internal override void Unsubscribe(string name, bool isPattern)
    {
    }

    protected internal override void Publish(PubSubHub hub, Publication publication) => hub.Deliver(publication);
}
