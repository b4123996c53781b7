package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.audio.Wav;
import org.unmute.data.scene.Split;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.event.StreamingTagger;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.tensor.backend.Backends;

/**
 * A service that loads an encoder, a probe and a token cache and answers requests from several clients. It periodically
 * reloads all of them, and is itself periodically closed and reopened. It prints the resources held by the process;
 * because these are process-wide, {@link SoakTest} runs it as a separate program.
 *
 * <p>Arguments: a folder; the number of requests to measure. A fifth as many warm-up requests run first.
 */
final class RequestSoak {
    private static final int CLIENTS = 4;
    private static final int PHASES = 30;
    private static final int PHASES_BEFORE = 6;
    /** After this number of phases the service and its backend are closed, and the process is measured. */
    private static final int CLOSED = 3;

    private static final int RATE = 16_000;
    private static final float[] SCENE = new SyntheticScenes(
                    SyntheticScenes.Options.standard().withSeconds(3), 11)
            .clip(Split.TEST, 0)
            .samples();

    /** The loaded objects. */
    private record Service(Encoder encoder, TrainedProbe probe, TokenCache cache) {
        float[] tag(float[] samples, int rate) {
            return probe.scores(encoder.encode(new Recording(samples, rate)));
        }
    }

    private final Path folder;
    private final float[] expected;

    private RequestSoak(Path folder) throws IOException {
        this.folder = folder;
        Path recordings = TinyEncoder.recordings(folder, 8, 4);
        Ran.ok("embed", "-q", "--audio", recordings, "--out", folder.resolve("cache"));
        Object[] probe = {"probe", "-q", "--probe", "protobin", "--cache", folder.resolve("cache"), "--epochs", 2};
        Ran.ok(Ran.with(probe, "--labels", recordings.resolve("manifest.csv"), "--out", folder.resolve("run")));
        Files.write(folder.resolve("cut.wav"), Arrays.copyOf(Files.readAllBytes(wav()), 30));
        try (Backends.Scope _ = Backends.scope();
                TokenCache cache = TokenCache.open(folder.resolve("cache"))) {
            expected = load(cache).tag(SCENE, RATE);
        }
    }

    private Service load(TokenCache cache) throws IOException {
        return new Service(
                Encoders.embedded(), TrainedProbe.open(folder.resolve("run/probe-seed0.safetensors")), cache);
    }

    private Path wav() {
        return folder.resolve("recordings/test/000000.wav");
    }

    public static void main(String[] args) throws Exception {
        RequestSoak soak = new RequestSoak(Path.of(args[0]));
        List<String> growth = soak.run(Integer.parseInt(args[1]));
        growth.forEach(System.out::println);
        System.exit(growth.isEmpty() ? 0 : 1);
    }

    private List<String> run(int requests) throws Exception {
        int each = Math.ceilDiv(requests, PHASES);
        System.out.printf(
                "%,d requests of %d clients on %s, after %,d that are not measured; all is loaded again every %,d, the"
                        + " backend closed every %,d%n",
                PHASES * each, CLIENTS, Backends.choice().reason(), PHASES_BEFORE * each, each, CLOSED * each);
        System.out.println(FootprintSeries.head());
        FootprintSeries series = new FootprintSeries();
        AtomicInteger number = new AtomicInteger();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (int phase = 1; phase <= PHASES_BEFORE + PHASES; phase++) {
                phase(clients, number, each);
                if (phase % CLOSED != 0) {
                    continue;
                }
                Backends.close();
                if (phase >= PHASES_BEFORE) {
                    System.out.println(series.add(Footprint.now(number.get())));
                }
            }
        }
        return series.growth();
    }

    private void phase(ExecutorService clients, AtomicInteger number, int requests) throws Exception {
        int end = number.get() + requests;
        try (TokenCache cache = TokenCache.open(folder.resolve("cache"))) {
            Service service = load(cache);
            List<Future<?>> running = IntStream.range(0, CLIENTS)
                    .<Future<?>>mapToObj(_ -> clients.submit(() -> {
                        for (int i = number.getAndIncrement(); i < end; i = number.getAndIncrement()) {
                            request(service, i);
                        }
                        return null;
                    }))
                    .toList();
            for (Future<?> client : running) {
                client.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a request failed", e.getCause());
        }
        number.set(end);
    }

    /** Runs a request, whose kind depends on its number. */
    private void request(Service service, int number) throws IOException {
        Random random = new Random(number);
        switch (number % 10) {
            case 0 -> {
                if (!Arrays.equals(service.tag(SCENE, RATE), expected)) {
                    throw new IllegalStateException("request " + number + " has other scores than the first time");
                }
            }
            case 1 -> {
                float[] wrong = piece(random);
                wrong[wrong.length / 2] = Float.NaN;
                requireRefused(IllegalArgumentException.class, () -> service.tag(wrong, RATE));
            }
            case 2 -> requireRefused(IllegalArgumentException.class, () -> service.tag(new float[10], RATE));
            case 3 ->
                requireRefused(
                        IOException.class,
                        () -> Wav.read(folder.resolve("cut.wav")).samples());
            case 4 -> events(service);
            case 5 -> {
                List<CachedClip> clips = service.cache().clips();
                String id = clips.get(random.nextInt(clips.size())).id();
                service.probe().scores(service.cache().read(id));
            }
            case 6 -> {
                List<float[]> batch = List.of(piece(random), piece(random), piece(random));
                service.encoder().encode(batch).forEach(service.probe()::scores);
            }
            default -> service.tag(piece(random), random.nextBoolean() ? RATE : 22_050);
        }
    }

    /** A piece of the scene, from a tenth of a second to all of it. */
    private static float[] piece(Random random) {
        int length = SCENE.length / 30 + random.nextInt(SCENE.length * 29 / 30);
        int from = random.nextInt(SCENE.length - length + 1);
        return Arrays.copyOfRange(SCENE, from, from + length);
    }

    private void events(Service service) throws IOException {
        Encoder encoder = service.encoder();
        FrameScorer scorer = FrameScorer.of(service.probe(), encoder.describe(), null);
        EventRules rules = EventRules.threshold(service.probe().classes().size(), 0.5);
        try (AudioStream stream = AudioStream.open(wav())) {
            new StreamingTagger(encoder, scorer, rules, _ -> {}).run(stream, Resampler.Kernel.HANN);
        }
    }

    private interface Attempt {
        float[] run() throws IOException;
    }

    private static void requireRefused(Class<? extends Exception> expected, Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException | RuntimeException e) {
            if (expected.isInstance(e)) {
                return;
            }
            throw new IllegalStateException("refused otherwise than as " + expected, e);
        }
        throw new IllegalStateException("accepted what must be refused with " + expected);
    }
}
