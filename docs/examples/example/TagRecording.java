package example;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.unmute.audio.Wav;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.TrainedProbe;

/** Prints what a trained probe hears in a recording: {@code encoder.safetensors probe.safetensors clip.wav}. */
public final class TagRecording {
    public static void main(String[] args) throws IOException {
        Path checkpoint = Path.of(args[0]);
        Encoder encoder = Encoders.open(checkpoint);
        TrainedProbe probe = TrainedProbe.open(Path.of(args[1]));
        probe.requireTokensOf(encoder, checkpoint); // refuses a probe that was trained on other tokens
        TokenMap tokens = encoder.encode(Wav.read(Path.of(args[2]))); // any rate, any length
        Map<String, Float> scores = probe.scoresByClass(tokens); // as 'unmute tag' prints them
        scores.forEach((name, score) -> System.out.println(name + " " + score));
    }
}
