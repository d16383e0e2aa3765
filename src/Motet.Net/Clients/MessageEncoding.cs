namespace Motet.Net;

/// <summary>How a protocol puts a message on the wire when many clients get the same bytes. One object for each way; <see cref="SharedMessage.GetEncoding"/> keeps what it made.</summary>
public abstract class MessageEncoding
{
    /// <summary>Makes the bytes. Any thread.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The bytes, which nobody changes any more.</returns>
    protected internal abstract byte[] Encode(SharedMessage message);
}
