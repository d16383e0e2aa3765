namespace Motet.Polling;

internal enum SlotKind : byte
{
    None,
    Descriptor,
    Timer,
    Channel,
}
