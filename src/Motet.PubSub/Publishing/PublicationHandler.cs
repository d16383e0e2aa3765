namespace Motet.PubSub;

/// <summary>Is told what was published. While what it returns has not completed it is not called again; publications wait meanwhile, in order (<see cref="PubSubOptions.MaxWaitingMessages"/>).</summary>
/// <param name="publication">What was published.</param>
public delegate ValueTask PublicationHandler(Publication publication);
