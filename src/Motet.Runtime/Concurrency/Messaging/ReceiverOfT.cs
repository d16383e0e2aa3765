namespace Motet.Runtime;

/// <summary>Waits for messages of one type.</summary>
internal sealed class Receiver<T>(bool isDirect) : Receiver
{
    /// <summary>Of a <see cref="Wait{T}"/>, which is given the message.</summary>
    public static readonly Receiver<T> Direct = new(true);

    /// <summary>Of a wait for the word that there is something to look at.</summary>
    public static readonly Receiver<T> Looking = new(false);

    public override bool IsDirect => isDirect;

    public override bool Accepts(object message) => message is T;

    public override void Complete(Wait wait, object message)
    {
        if (isDirect) ((Wait<T>)wait).Complete((T)message);
        else ((Wait<bool>)wait).Complete(true);
    }

    public override string ToString() => typeof(T) == typeof(object) ? "a message" : $"a message of type {typeof(T).Name}";
}
