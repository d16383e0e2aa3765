using System.Runtime.CompilerServices;

// All P/Invokes here have blittable signatures; this keeps the marshaller out for good.
[assembly: DisableRuntimeMarshalling]
