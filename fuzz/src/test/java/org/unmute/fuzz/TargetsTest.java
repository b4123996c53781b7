package org.unmute.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.fuzz.format.FuzzTarget;
import org.unmute.fuzz.format.SeedFiles;
import org.unmute.fuzz.format.Targets;

/** A target is useful only if its seeds are valid and modifications of them pass the checksums. */
class TargetsTest {
    private static final Path MAPPED_FILES = Path.of("/proc/self/maps");
    private static final int MUTATIONS = Integer.getInteger("unmute.mutations", 600);

    @TempDir
    Path folder;

    private static List<FuzzTarget> targets() {
        return Targets.all();
    }

    private List<byte[]> seeds(FuzzTarget target) throws IOException {
        return target.seeds().contents(new SeedFiles(SourceTree.root(), Files.createDirectories(folder.resolve("s"))));
    }

    @Test
    void namesAreUniqueAndFound() {
        assertThat(Targets.names()).doesNotHaveDuplicates().hasSizeGreaterThan(20);
        assertThat(Targets.named("pickle").fileName()).isEqualTo("input.pt");
        assertThatThrownBy(() -> Targets.named("pickel"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no target 'pickel': there are pickle, zip,");
    }

    /** {@code fuzz/fuzz} takes the names from the table. */
    @Test
    void theTableOfThePageHasEveryTarget() throws IOException {
        String page = Files.readString(SourceTree.root().resolve("docs/fuzzing.md"));
        assertThat(Pattern.compile("(?m)^\\| ([a-z0-9-]+) \\|.*\\| [0-9,]* \\|$")
                        .matcher(page)
                        .results()
                        .map(row -> row.group(1)))
                .filteredOn(name -> !name.equals("all"))
                .containsExactlyElementsOf(Targets.names());
    }

    @ParameterizedTest
    @MethodSource("targets")
    void everySeedIsAcceptedAsItIs(FuzzTarget target) throws IOException {
        List<byte[]> seeds = seeds(target);
        assertThat(seeds).isNotEmpty();
        try (Bounds bounds = new Bounds(folder.resolve("b"))) {
            for (int i = 0; i < seeds.size(); i++) {
                assertThat(seeds.get(i).length).isBetween(1, SeedFiles.MAX_BYTES);
                assertThat(bounds.check(target, seeds.get(i)))
                        .as("%s accepts its seed %d", target.name(), i)
                        .isTrue();
            }
        }
    }

    /** A pickle is put into an archive; all other valid files already have correct checksums. */
    @ParameterizedTest
    @MethodSource("targets")
    void repairingAValidFileChangesNothing(FuzzTarget target) throws IOException {
        for (byte[] seed : seeds(target)) {
            byte[] repaired = target.repair().apply(seed.clone());
            if (target.name().equals("pickle")) {
                assertThat(repaired).startsWith('P', 'K');
            } else {
                assertThat(repaired).isEqualTo(seed);
            }
        }
    }

    /** Repairing must not fail on any bytes. */
    @ParameterizedTest
    @MethodSource("targets")
    void anyBytesCanBeRepaired(FuzzTarget target) throws IOException {
        for (byte[] seed : seeds(target)) {
            Random random = new Random(seed.length);
            for (int i = 0; i < 200; i++) {
                byte[] damaged = Arrays.copyOf(seed, random.nextInt(seed.length + 1));
                for (int k = 0; k < 8 && damaged.length > 0; k++) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                }
                assertThat(target.repair().apply(damaged)).isNotNull();
            }
        }
    }

    /** What modules test of their readers is what they read and which rule is broken; this is all that damage may do. */
    @ParameterizedTest
    @MethodSource("targets")
    void damagedSeedsAreAcceptedOrRefusedAsDocumented(FuzzTarget target) throws IOException {
        List<byte[]> seeds = seeds(target);
        try (Bounds bounds = new Bounds(folder.resolve("b"))) {
            for (int i = 0; i < Math.max(MUTATIONS, 3 * seeds.size()); i++) {
                bounds.check(target, damaged(seeds.get(i % seeds.size()), new Random(i)));
            }
            if (target.name().equals("pickle") && Files.isReadable(MAPPED_FILES)) {
                assertThat(Files.readAllLines(MAPPED_FILES)).noneMatch(line -> line.contains(target.fileName()));
            }
        }
    }

    /** Half of the damage is in the first bytes, where headers are. */
    private static byte[] damaged(byte[] seed, Random random) {
        byte[] bytes = random.nextInt(4) > 0 ? seed.clone() : Arrays.copyOf(seed, 1 + random.nextInt(seed.length));
        int range = random.nextBoolean() ? bytes.length : Math.min(bytes.length, 300);
        for (int k = random.nextInt(5); k >= 0; k--) {
            int at = random.nextInt(range);
            bytes[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (bytes[at] ^ 1 << random.nextInt(8));
        }
        int at = random.nextInt(bytes.length);
        return random.nextInt(4) > 0
                ? bytes
                : ByteBuffer.allocate(bytes.length + 5)
                        .put(bytes, 0, at)
                        .put(new byte[5])
                        .put(bytes, at, bytes.length - at)
                        .array();
    }

    /** Without repair, nearly every modification of such a file is rejected because of a checksum. */
    @ParameterizedTest
    @MethodSource("targets")
    void aRepairedChangeIsAcceptedMoreOften(FuzzTarget target) throws IOException {
        if (!List.of("zip", "flac", "ogg", "shard").contains(target.name())) {
            return;
        }
        FuzzTarget plain = new FuzzTarget(
                target.name(),
                target.fileName(),
                target.onDisk(),
                b -> b,
                target.seeds(),
                List.of(target.readers().getFirst()));
        FuzzTarget repaired = new FuzzTarget(
                target.name(), target.fileName(), target.onDisk(), target.repair(), target.seeds(), plain.readers());
        int[] accepted = new int[2];
        byte[] seed = seeds(target).getFirst();
        try (Bounds bounds = new Bounds(folder.resolve("b"))) {
            Random random = new Random(1);
            for (int i = 0; i < 300; i++) {
                byte[] changed = seed.clone();
                changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                accepted[0] += bounds.check(plain, changed) ? 1 : 0;
                accepted[1] += bounds.check(repaired, changed) ? 1 : 0;
            }
        }
        assertThat(accepted[1])
                .as("accepted with repair, %d without", accepted[0])
                .isGreaterThan(accepted[0]);
    }
}
