// Tests count descriptors of the process, put files at chosen numbers and measure time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]
