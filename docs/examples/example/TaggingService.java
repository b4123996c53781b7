package example;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.unmute.audio.Recording;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderWarmUp;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.backend.Backends;

/** Loads once, tags samples from any number of threads. */
public final class TaggingService implements AutoCloseable {
    private final Encoder encoder;
    private final TrainedProbe probe;
    private final EncoderWarmUp warmUp;

    public TaggingService(Path checkpoint, Path trained) throws IOException {
        encoder = Encoders.open(checkpoint, EncoderSettings.AUTHORS);
        probe = TrainedProbe.open(trained);
        probe.requireTokensOf(encoder, checkpoint);
        System.getLogger("example")
                .log(System.Logger.Level.INFO, Backends.choice().reason());
        // The first calls are slow: silence as long as what clients will send, until the time of a call settles.
        warmUp = EncoderWarmUp.begin(() -> tag(new float[10 * 16_000], 16_000));
    }

    /** Whether a call takes as long as later ones will: for the probe of a load balancer. */
    public boolean isReady() {
        return warmUp.isDone();
    }

    /** Probabilities in the order of {@link #classes()}. Samples are mono, full scale is -1 to 1. */
    public float[] tag(float[] samples, int sampleRate) {
        return probe.scores(encoder.encode(new Recording(samples, sampleRate)));
    }

    /** Several recordings in one go: the same scores, faster for small encoders. */
    public List<float[]> tag(List<Recording> recordings) {
        List<TokenMap> maps =
                encoder.encode(recordings.stream().map(encoder::samples).toList());
        return maps.stream().map(probe::scores).toList();
    }

    public List<String> classes() {
        return probe.classes();
    }

    /** Only where the process outlives the service; nothing may run any more. */
    @Override
    public void close() {
        warmUp.await();
        Backends.close();
    }
}
