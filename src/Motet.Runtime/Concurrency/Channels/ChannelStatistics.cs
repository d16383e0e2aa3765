namespace Motet.Runtime;

/// <summary>What a channel of <see cref="MessageChannel"/> counts.</summary>
/// <param name="Capacity">Messages that it may hold.</param>
/// <param name="Count">Messages that it holds.</param>
/// <param name="PeakCount">The most that it held.</param>
/// <param name="Senders">Sending ends that are open.</param>
/// <param name="Receivers">Receiving ends that are open.</param>
/// <param name="WaitingSenders">Messages that wait to be sent.</param>
/// <param name="WaitingReceivers">Receivers that wait for a message.</param>
public readonly record struct ChannelStatistics(int Capacity, int Count, int PeakCount, int Senders, int Receivers, int WaitingSenders, int WaitingReceivers);
