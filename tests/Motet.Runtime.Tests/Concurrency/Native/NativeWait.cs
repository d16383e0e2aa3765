namespace Motet.Runtime.Tests;

/// <summary>Ways of waiting that .NET has and that know nothing of coprocesses.</summary>
public enum NativeWait
{
    Delay,
    DelayOnTheSchedulersTime,
    Channel,
    PeriodicTimer,
    SemaphoreSlim,
}
