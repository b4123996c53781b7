package org.unmute.audio.flac;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unmute.audio.AudioSource;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.files.fixture.AllocatedBytes;

/**
 * Damaged files are read or refused, in bounded time and memory. {@code -Dunmute.mutations=N} tries N of them. Half of
 * them get correct frame checksums, so that the damage reaches the code after the checksum.
 */
class FlacMutationTest {
    private static final int MUTATIONS = Integer.getInteger("unmute.mutations", 4000);
    private static final long MAX_NANOS = 5_000_000_000L;
    private static final long MAX_ALLOCATED = 32 << 20;

    private record Seed(byte[] file, List<Integer> frames, int samples) {}

    private static Seed seed(int i) {
        Random random = new Random(i);
        int bits = 4 + random.nextInt(29);
        int[][] x = Signals.mixed(1 + random.nextInt(3), 1 + random.nextInt(3000), bits, i);
        FlacWriter writer = new FlacWriter(x, bits, 16_000, i).blocks(1 + random.nextInt(1500));
        if (i % 2 == 0) {
            writer.variable();
        }
        if (i % 3 == 0) {
            writer.unknown();
        }
        if (i % 3 == 1) {
            writer.withoutHash();
        }
        byte[] file = writer.seekPoints(random.nextInt(4)).write();
        return new Seed(file, writer.frameOffsets(), x[0].length);
    }

    @Test
    void damageIsReadOrRefused() throws IOException {
        Seed[] seeds = new Seed[60];
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = seed(i);
        }
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            Random random = new Random(i);
            byte[] file = mutated(seeds[i % seeds.length], random);
            long start = System.nanoTime();
            long before = AllocatedBytes.now();
            refused += read(file, random) ? 0 : 1;
            assertThat(System.nanoTime() - start)
                    .as("nanoseconds for mutation %d", i)
                    .isLessThan(MAX_NANOS);
            assertThat(AllocatedBytes.now() - before)
                    .as("bytes for mutation %d", i)
                    .isLessThan(MAX_ALLOCATED);
        }
        assertThat(refused).as("refused").isBetween(MUTATIONS / 3, MUTATIONS - 1);
    }

    private static byte[] mutated(Seed seed, Random random) {
        byte[] file = seed.file().clone();
        int frame = random.nextInt(seed.frames().size() - 1);
        int from = seed.frames().get(frame);
        int to = seed.frames().get(frame + 1);
        boolean repaired = random.nextBoolean();
        int edits = 1 + random.nextInt(3);
        for (int k = 0; k < edits; k++) {
            int at = repaired ? from + random.nextInt(to - from) : random.nextInt(file.length);
            file[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (file[at] ^ 1 << random.nextInt(8));
        }
        if (repaired) {
            FlacWriter.repairHeader(file, from);
            FlacWriter.repair(file, from, to);
            return file;
        }
        int at = random.nextInt(file.length);
        int length = random.nextInt(Math.min(50, file.length - at) + 1);
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(file, at);
            case 1 -> {
                byte[] shorter = Arrays.copyOf(file, file.length - length);
                System.arraycopy(file, at + length, shorter, at, file.length - at - length);
                yield shorter;
            }
            case 2 -> {
                byte[] longer = Arrays.copyOf(file, file.length + length);
                System.arraycopy(file, at, longer, at + length, file.length - at);
                yield longer;
            }
            default -> file;
        };
    }

    /** Reads the whole file and seeks at random; false if the file is refused. */
    private static boolean read(byte[] file, Random random) throws IOException {
        try (FlacStream stream = FlacStream.open(AudioSource.of(file, "damaged.flac"))) {
            float[] samples = new float[4096];
            // With a damaged header, one byte may stand for thousands of samples, but no block is longer than this.
            long bound = 65_535L * file.length;
            for (int n = 0; n >= 0; n = stream.read(samples, 0, samples.length)) {
                for (int i = 0; i < n; i++) {
                    if (!(samples[i] >= -1 && samples[i] <= 1)) {
                        throw new AssertionError("sample " + samples[i]);
                    }
                }
                assertThat(stream.position()).isLessThanOrEqualTo(bound);
            }
            for (int i = 0; i < 5; i++) {
                stream.seek(random.nextInt(4000));
                stream.read(samples, 0, 10);
            }
            return true;
        } catch (UnreadableAudioException e) {
            assertThat(e.reason()).isNotBlank();
            return false;
        }
    }
}
