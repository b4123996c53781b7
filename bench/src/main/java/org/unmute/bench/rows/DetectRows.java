package org.unmute.bench.rows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmute.audio.Resampler;
import org.unmute.audio.Wav;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.files.Sha256;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.Npy;

/**
 * Rows of {@code unmute detect}, from a WAV file to a table of events, as hours of audio per hour. KWT-1 and EAT have
 * random weights of the correct shapes, since the time does not depend on their values.
 */
final class DetectRows {
    private static final int RATE = EncoderRows.RATE;
    private static final int MINUTE = 60;
    private static final long SEED = 7;
    private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    private static final String RECORDING = "recording.wav";
    private static final String PROBE = "probe.safetensors";

    private DetectRows() {}

    /** @param root of the repository, with the launcher */
    static List<Row> all(Path root) {
        RecipeCheckpoint kwt1 = new RecipeCheckpoint(SEED, ModelShapes.kwt1(), Map.of(), Map.of());
        RecipeCheckpoint eat = RecipeCheckpoint.of("eat", true, SEED, ModelShapes.eat(), Map.of());
        RecipeCheckpoint strong = RecipeCheckpoint.of("beats_strong", true, SEED, ModelShapes.beatsStrong(), Map.of());
        return List.of(
                row(root, "kwt1", "KWT-1", 10 * MINUTE, kwt1),
                row(root, "embedded", "the embedded encoder", 10 * MINUTE, null),
                row(root, "eat", "EAT base", 3 * MINUTE, eat),
                head(root, "beats-strong", "BEATs base with the head of PretrainedSED", 3 * MINUTE, strong));
    }

    /** The head that the encoder comes with, in place of a probe. */
    private static Row head(Path root, String name, String title, int seconds, RecipeCheckpoint weights) {
        Row.Command command = ProgramRows.unmute(
                root,
                "detect",
                (folder, result) -> List.of(
                        "--encoder",
                        folder.resolve(CaseFolder.MODEL),
                        "--audio",
                        folder.resolve(RECORDING),
                        "--out",
                        result));
        return row(name, "`unmute detect`, " + title, seconds, command, folder -> {
            CaseWriter writer = new CaseWriter(folder, "detect").field("seconds", seconds);
            writer.model(weights);
            Wav.write(folder.resolve(RECORDING), CaseWriter.sound(SEED, seconds * RATE, RATE), RATE);
            writer.write();
        });
    }

    private static Row row(Path root, String name, String title, int seconds, RecipeCheckpoint weights) {
        Row.Command command = ProgramRows.unmute(root, "detect", (folder, result) -> {
            Path model = folder.resolve(CaseFolder.MODEL);
            Path probe = folder.resolve(PROBE);
            return List.of("--encoder", model, "--probe", probe, "--audio", folder.resolve(RECORDING), "--out", result);
        });
        return row(
                name,
                "`unmute detect` protobin, " + title,
                seconds,
                command,
                folder -> write(folder, seconds, weights));
    }

    private static Row row(String name, String title, int seconds, Row.Command command, Row.CaseFiles files) {
        return new Row(
                "detect-" + name + "-t2",
                title + ", a WAV file of " + seconds / MINUTE + " min, whole process",
                ProgramRows.THREADS,
                0,
                0,
                seconds,
                List.of(),
                files,
                Row.within(0),
                Map.of(Row.OURS, new Row.Program(command, DetectRows::times)));
    }

    /** @param weights of the encoder; null for the embedded one */
    private static void write(Path folder, int seconds, RecipeCheckpoint weights) throws IOException {
        CaseWriter writer = new CaseWriter(folder, "detect").field("seconds", seconds);
        Path model = folder.resolve(CaseFolder.MODEL);
        if (weights == null) {
            Files.write(model, Encoders.embeddedBytes());
        } else {
            writer.model(weights);
        }
        Wav.write(folder.resolve(RECORDING), CaseWriter.sound(SEED, seconds * RATE, RATE), RATE);
        EncoderSpec spec = Encoders.open(model).describe();
        CacheKey key = CacheKey.of(spec, Sha256.of(model), Resampler.Kernel.HANN, DType.F32);
        TokenLayout layout = new TokenLayout(spec.dim(), spec.freq(), spec.hasCls(), 0);
        Probe probe =
                Probes.create(Backends.current(), "protobin", layout, CLASSES.size(), ProbeOptions.DEFAULTS, SEED);
        new TrainedProbe(probe, CLASSES, spec.hasCls(), false, null, key.encoderHash(), key.frontEndHash())
                .save(folder.resolve(PROBE));
        writer.write();
    }

    /** Writes starts and ends of the events. */
    private static void times(Path result, Path printed, Path to) throws IOException {
        List<String> lines = Files.readAllLines(result.resolve("events.csv"));
        int events = lines.size() - 1;
        if (events == 0) {
            throw new IOException("no events: the row would not time what they cost");
        }
        float[] times = new float[2 * events];
        for (int i = 0; i < events; i++) {
            String[] cells = lines.get(i + 1).split(",");
            times[2 * i] = Float.parseFloat(cells[1]);
            times[2 * i + 1] = Float.parseFloat(cells[2]);
        }
        Npy.write(to.resolve("times.npy"), Shape.of(events, 2), times);
    }
}
