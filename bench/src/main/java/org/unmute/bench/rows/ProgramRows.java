package org.unmute.bench.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.PeerException;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.TokenSource;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;

/**
 * Rows of whole commands, from start to exit of the process, compared with a Python process that does the same work
 * with PyTorch.
 */
public final class ProgramRows {
    static final int THREADS = 2;
    /** Tolerance for tokens, which are stored in float16. */
    private static final double STORED_TOLERANCE = 2e-2;
    /** Tolerance for the mean loss of an epoch, after hundreds of updates that amplify rounding. */
    private static final double LOSS_TOLERANCE = 0.05;

    private static final CaseWriter.CacheSize SCENES = new CaseWriter.CacheSize(1500, 98, 5, 64);
    private static final int CLASSES = 10;
    private static final int EPOCHS = 30;
    /** Seed for {@code unmute probe}, which gives the same initial parameters in each run. */
    private static final int SEED = 0;

    private ProgramRows() {}

    /** @param root of the repository, with the launcher */
    static List<Row> all(Path root) {
        return List.of(embed(root), probe(root));
    }

    private static Row embed(Path root) {
        return row(
                root,
                "embed",
                "embed-eat-t2",
                "`unmute embed`, one 10 s clip, EAT base, whole process",
                (folder, result) -> {
                    Path model = folder.resolve(CaseFolder.MODEL);
                    return List.of("--encoder", model, "--audio", folder.resolve(EncoderRows.WAV), "--out", result);
                },
                ProgramRows::cachedTokens,
                (result, _, to) -> halves(result.resolve("tokens.f16"), to),
                folder -> EncoderRows.writeEncoder(folder, "eat", ModelShapes.eat()),
                Row.within(STORED_TOLERANCE));
    }

    /** The launcher with a command and its options. */
    static Row.Command unmute(Path root, String command, Row.Command options) {
        List<?> words = List.of(root.resolve("unmute"), command, "--threads", THREADS, "--quiet");
        return (folder, result) -> Stream.of(words, options.of(folder, result))
                .flatMap(List::stream)
                .toList();
    }

    private static Row row(
            Path root,
            String command,
            String id,
            String title,
            Row.Command options,
            Row.Outputs ours,
            Row.Outputs theirs,
            Row.CaseFiles files,
            Row.Agreement agreement) {
        Path script = root.resolve("bench/peers/python/program.py");
        Row.Program torch =
                new Row.Program((folder, result) -> List.of(script, command, folder, result, THREADS), theirs);
        Row.Program unmute = new Row.Program(unmute(root, command, options), ours);
        Map<String, Row.Program> programs = Map.of(Row.OURS, unmute, Row.TORCH, torch);
        return new Row(id, title, THREADS, 0, 0, 0, List.of(Row.TORCH), files, agreement, programs);
    }

    private static void cachedTokens(Path result, Path printed, Path to) throws IOException {
        try (TokenCache cache = TokenCache.open(result)) {
            TokenSource source =
                    TokenSource.of(cache, List.of(cache.clips().getFirst().id()));
            float[] tokens = new float[source.grid().tokens() * source.grid().dim()];
            source.read(0, tokens, 0, new float[source.grid().dim()], 0);
            Shape shape = Shape.of(source.grid().tokens(), source.grid().dim());
            Npy.write(to.resolve("tokens.npy"), shape, tokens);
        }
    }

    private static void halves(Path file, Path to) throws IOException {
        ShortBuffer bits = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asShortBuffer();
        float[] tokens = new float[bits.remaining()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = Float.float16ToFloat(bits.get(i));
        }
        Npy.write(to.resolve("tokens.npy"), Shape.of(tokens.length), tokens);
    }

    private static Row probe(Path root) {
        return row(
                root,
                "probe",
                "probe-esc10-t2",
                "`unmute probe` protobin, 1,500 scenes of 490 x 64 tokens, 30 epochs, whole process",
                (folder, result) -> {
                    Path labels = folder.resolve("labels.csv");
                    List<?> inputs = List.of("--cache", folder.resolve("cache"), "--labels", labels, "--out", result);
                    List<?> settings = List.of("--seed", SEED, "--json");
                    return Stream.of(List.of("--probe", "protobin"), inputs, settings)
                            .flatMap(List::stream)
                            .toList();
                },
                (_, printed, to) -> losses(json(printed).path("runs").path("seed " + SEED), to),
                (_, printed, to) -> losses(json(printed), to),
                ProgramRows::writeScenes,
                ProgramRows::sameLosses);
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    private static void losses(JsonNode run, Path to) throws IOException {
        Npy.write(to.resolve("losses.npy"), Shape.of(2), new float[] {
            run.path("firstEpochLoss").floatValue(), run.path("lastEpochLoss").floatValue()
        });
    }

    private static void sameLosses(Path folder, Path ours, Path theirs) throws PeerException, IOException {
        float[] a = OutputComparison.floats(ours, "losses");
        float[] b = OutputComparison.floats(theirs, "losses");
        if (!(a[1] < a[0])) {
            throw new PeerException(
                    "nothing was learned: our loss is " + a[0] + " in the first epoch, " + a[1] + " in the last");
        }
        for (int i = 0; i < a.length; i++) {
            if (!(Math.abs(a[i] - b[i]) <= LOSS_TOLERANCE * a[i])) {
                throw new PeerException("the mean loss of the " + (i == 0 ? "first" : "last") + " epoch is " + b[i]
                        + ", ours is " + a[i]);
            }
        }
    }

    /** The order of clips in each epoch of the trainer, so that a peer can use the same: {@code [epochs, clips]}. */
    private static int[] order(int epochs, int clips, long seed) {
        long key = new SplittableRandom(new SplittableRandom(seed).nextLong()).nextLong();
        return IntStream.range(0, epochs)
                .flatMap(e -> IntStream.of(CaseWriter.shuffled(new SplittableRandom(key + e), clips)))
                .toArray();
    }

    /** Scenes with one to three of ten classes; each class adds its own direction to some tokens. */
    private static void writeScenes(Path folder) throws IOException {
        int each = SCENES.time() * SCENES.freq();
        SplittableRandom random = new SplittableRandom(9);
        float[] directions = CaseWriter.normal(10, CLASSES * SCENES.dim());
        float[] tokens = CaseWriter.normal(11, SCENES.clips() * each * SCENES.dim());
        float[] targets = new float[SCENES.clips() * CLASSES];
        StringBuilder labels = new StringBuilder("file,labels\n");
        for (int c = 0; c < SCENES.clips(); c++) {
            StringBuilder own = new StringBuilder();
            for (int k = 0; k < 1 + c % 3; k++) {
                int label = (c + k * (1 + c / CLASSES % 3)) % CLASSES;
                if (targets[c * CLASSES + label] == 0) {
                    own.append(own.isEmpty() ? "" : ";").append("class").append(label);
                }
                targets[c * CLASSES + label] = 1;
                for (int n = 0; n < each / 10; n++) {
                    int at = (c * each + random.nextInt(each)) * SCENES.dim();
                    for (int i = 0; i < SCENES.dim(); i++) {
                        tokens[at + i] += directions[label * SCENES.dim() + i];
                    }
                }
            }
            labels.append("clip").append(c).append(".wav,").append(own).append('\n');
        }
        CaseWriter.halves(tokens);
        Files.writeString(folder.resolve("labels.csv"), labels);
        CaseWriter.cache(folder.resolve("cache"), tokens, SCENES, ".wav");
        new CaseWriter(folder, "probe")
                .field("clips", SCENES.clips())
                .field("tokens", each)
                .field("dim", SCENES.dim())
                .field("classes", CLASSES)
                .field("epochs", EPOCHS)
                .field("batch", 128)
                .field("rate", 1e-2)
                .field("decay", 1e-4)
                .field("seed", SEED)
                .tensors(Probes.create("protobin", SCENES.dim(), CLASSES, false, ProbeOptions.DEFAULTS, SEED)
                        .parameters())
                .array("order", order(EPOCHS, SCENES.clips(), SEED), EPOCHS, SCENES.clips())
                .halfFile("tokens.f16", tokens)
                .array("targets", targets, SCENES.clips(), CLASSES)
                .write();
    }
}
