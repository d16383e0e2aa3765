namespace Motet.Net;

/// <summary>How a <see cref="Client"/> ended.</summary>
/// <param name="Reason">Why, as it is counted; <see cref="CloseReason.None"/> while it is open.</param>
/// <param name="Code">The code of the protocol, where it has codes: what the peer sent, or else what this side did.</param>
/// <param name="Text">The text that came with the code; from a peer it may be anything.</param>
/// <param name="Error">What failed, when something of this side did: the handler, or connecting.</param>
public readonly record struct CloseDetails(CloseReason Reason, CloseCode Code = CloseCode.None, string Text = "", Exception? Error = null);
