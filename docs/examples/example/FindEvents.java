package example;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.event.Event;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.event.StreamingTagger;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;

/** Prints what sounds when, and at which frequencies, while a recording of any length passes. */
public final class FindEvents {
    public static void main(String[] args) throws IOException {
        Path checkpoint = Path.of(args[0]);
        Encoder encoder = Encoders.open(checkpoint);
        TrainedProbe probe = TrainedProbe.open(Path.of(args[1]));
        probe.requireTokensOf(encoder, checkpoint);
        FrameScorer scorer = FrameScorer.of(probe, encoder.describe()); // calibrated, if the probe learned it
        EventRules rules = EventRules.learned(probe); // its thresholds of events, or 0.5
        StreamingTagger tagger = new StreamingTagger(encoder, scorer, rules, event -> print(event, probe));
        try (AudioStream stream = AudioStream.open(Path.of(args[2]))) {
            tagger.run(stream, Resampler.Kernel.HANN); // a microphone calls accept and, at its end, finish instead
        }
    }

    private static void print(Event event, TrainedProbe probe) {
        System.out.printf(
                "%.2f to %.2f s, %.0f to %.0f Hz: %s%n",
                event.onset(),
                event.offset(),
                event.band().low(),
                event.band().high(),
                probe.classes().get(event.label()));
    }
}
