using System.Text.Json.Serialization;

namespace Dashboard;

/// <summary>What the process did in a second, and what it is like at its end.</summary>
/// <param name="Time">Unix time in milliseconds.</param>
/// <param name="Requests">Requests served, a second.</param>
/// <param name="Connections">Connections open.</param>
/// <param name="Deliveries">Publications given to subscribers, a second.</param>
/// <param name="Lag">How long turns of the busiest loop take, in milliseconds.</param>
/// <param name="Cpu">Time of the processors, in percent of one.</param>
/// <param name="Memory">Resident memory, in MiB.</param>
internal sealed partial record Reading(long Time, double Requests, double Connections, double Deliveries, double Lag, double Cpu, double Memory)
{
    [JsonSerializable(typeof(Reading))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    internal sealed partial class Json : JsonSerializerContext;
}
