namespace Motet.Runtime;

internal static class Waits
{
    /// <summary>Ends waits that carry no value, claimed by the caller, in their order. Outside of locks.</summary>
    public static void Wake(ref WaitQueue claimed)
    {
        while (claimed.First is Wait<bool> wait)
        {
            claimed.Remove(wait);
            wait.Complete(true);
        }
    }
}
