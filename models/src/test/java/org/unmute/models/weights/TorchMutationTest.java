package org.unmute.models.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.unmute.files.MalformedFileException;
import org.unmute.files.fixture.AllocatedBytes;
import org.unmute.files.fixture.Mutation;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.io.StoredTensor;

/** Damaged checkpoints are either read or rejected, in little time and memory, and leave no file open. */
class TorchMutationTest {
    private static final long[] SIZES = {2, 3};
    private static final long[] STEPS = {1, 2};
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private static final Path MAPPED_FILES = Path.of("/proc/self/maps");
    private static final long MOST_NANOSECONDS = 1_000_000_000L;
    private static final String PREFIX = "unmute-mutated";

    private long openBefore;

    @BeforeProperty
    void countOpenFiles() throws IOException {
        openBefore = openFiles();
    }

    @AfterProperty
    void noFileIsLeftOpen() throws IOException {
        // Others may have opened a few files, such as a class loader that opened another jar in the meantime.
        assertThat(openFiles() - openBefore).isLessThan(20);
        if (Files.isReadable(MAPPED_FILES)) {
            assertThat(Files.readAllLines(MAPPED_FILES)).as("mapped files").noneMatch(line -> line.contains(PREFIX));
        }
    }

    private static long openFiles() throws IOException {
        if (!Files.isDirectory(OPEN_FILES)) {
            return 0;
        }
        try (Stream<Path> open = Files.list(OPEN_FILES)) {
            return open.count();
        }
    }

    @Provide
    Arbitrary<List<Mutation>> mutations() {
        return Mutation.several();
    }

    @Provide
    Arbitrary<byte[]> files() throws IOException {
        List<byte[]> files = new ArrayList<>(
                List.of(archive(2), archive(4), small().build(), Archive.legacy(pickle(2, true), SIX, SIX)));
        for (String written : List.of("zip.pt", "zip_protocol4.pt", "legacy.pt")) {
            Path path = Golden.root().resolve("formats").resolve(written);
            if (Files.exists(path)) {
                files.add(Files.readAllBytes(path));
            }
        }
        return Arbitraries.of(files);
    }

    private static final byte[] SIX =
            new Pickle().i64(0x4000_0000_3F80_0000L).i64(1).i64(2).bytes();

    private static byte[] archive(int protocol) {
        return Archive.of(pickle(protocol, false), SIX, SIX).build();
    }

    /** An archive without zip64 records and descriptors. */
    private static Archive small() {
        Archive archive =
                Archive.of(Pickle.two().op('}').text("w").sixFloats().op('s').stop(), SIX);
        archive.zip64 = false;
        archive.entries.forEach(e -> e.flags = 0);
        return archive;
    }

    private static byte[] pickle(int protocol, boolean legacy) {
        Pickle p = new Pickle().op(0x80, protocol);
        p.call("collections", "OrderedDict")
                .op("q")
                .op(0)
                .op('(')
                .text("model")
                .op('}')
                .op('(');
        for (String key : List.of("0", "1")) {
            p.text("w" + key).global("torch._utils", "_rebuild_tensor_v2").op('(');
            p = legacy ? p.legacyStorage("FloatStorage", key, 6) : p.storage("FloatStorage", key, 6);
            p.rest(0, SIZES, STEPS);
        }
        p.op('u')
                .text("args")
                .global("argparse", "Namespace")
                .op(")")
                .op(0x81)
                .op("}(")
                .text("lr")
                .op('G')
                .op(0x3F, 0x50, 0, 0, 0, 0, 0, 0)
                .text("size")
                .numbers(1, 2, 300)
                .op("ub")
                .text("cfg")
                .global("omegaconf", "DictConfig")
                .op(")")
                .op(0x81)
                .op("}(")
                .text("a")
                .op("](K")
                .op(1)
                .op("NeubX")
                .i32(1)
                .op("k")
                .op(0x88);
        return p.op("u}").text("_metadata").op("}sb").stop();
    }

    /** An archive has checksums: whatever is read from a damaged one must equal the original. */
    @Property(tries = 2000)
    void aDamagedFileIsReadOrRefused(@ForAll("files") byte[] valid, @ForAll("mutations") List<Mutation> mutations)
            throws IOException {
        Map<String, String> whole = check(valid);
        assertThat(whole).as("what the undamaged file holds").isNotNull();
        Map<String, String> damaged = check(Mutation.applyAll(mutations, valid));
        if (damaged != null && valid[0] == 'P') {
            assertThat(damaged).isEqualTo(whole);
        }
    }

    /**
     * Only the pickle is damaged, and the archive states its correct checksum, so the pickle machine sees all of it.
     */
    @Property(tries = 3000)
    void aDamagedPickleIsReadOrRefused(@ForAll("mutations") List<Mutation> mutations) throws IOException {
        check(Archive.of(Mutation.applyAll(mutations, pickle(2, false)), SIX, SIX)
                .build());
    }

    /** Arbitrary bytes as opcodes. */
    @Property(tries = 2000)
    void randomOpcodesAreReadOrRefused(@ForAll List<Byte> opcodes) throws IOException {
        Pickle p = Pickle.two().op("}(").text("w").sixFloats();
        opcodes.forEach(b -> p.op(b));
        check(Archive.of(p.op('.').bytes(), SIX).build());
    }

    /** Everything that is read, as text; null if the file is rejected. */
    private static Map<String, String> check(byte[] bytes) throws IOException {
        long start = System.nanoTime();
        Map<String, String> all = read(bytes);
        if (System.nanoTime() - start > MOST_NANOSECONDS) {
            // The machine may have been busy: a file counts as slow only if it is slow twice.
            start = System.nanoTime();
            read(bytes);
            assertThat(System.nanoTime() - start).as("nanoseconds").isLessThan(MOST_NANOSECONDS);
        }
        return all;
    }

    private static Map<String, String> read(byte[] bytes) throws IOException {
        Map<String, String> all = null;
        Path path = Files.createTempFile(PREFIX, ".pt");
        try {
            Files.write(path, bytes);
            long before = AllocatedBytes.now();
            try (TorchFile file = TorchFile.open(path)) {
                Map<String, String> read = new HashMap<>(file.metadata());
                for (String name : file.names()) {
                    StoredTensor t = file.entry(name);
                    assertThat(t.data().byteSize())
                            .isEqualTo(t.shape().elements() * t.type().bytes());
                    assertThat(read.put(name, t + Arrays.toString(t.data().toArray(ValueLayout.JAVA_BYTE))))
                            .isNull();
                }
                file.opaque()
                        .forEach(o ->
                                assertThat(read.put(o.name(), o.toString())).isNull());
                all = read;
            } catch (MalformedFileException e) {
                assertThat(e.rule()).isNotBlank();
                assertThat(e.offset()).isBetween(0L, (long) bytes.length);
            }
            assertThat(AllocatedBytes.now() - before).isLessThan(bytes.length + (8L << 20));
            return all;
        } finally {
            Files.delete(path);
        }
    }
}
