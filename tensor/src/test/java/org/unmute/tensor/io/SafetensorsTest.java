package org.unmute.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.AtomicFile;
import org.unmute.files.LittleEndian;
import org.unmute.files.fixture.AllocatedBytes;
import org.unmute.tensor.HalfFloats;
import org.unmute.tensor.Shape;

class SafetensorsTest {
    record Stored(String name, StoredType type, long[] sizes, byte[] bytes) {}

    @TempDir
    Path folder;

    @Provide
    Arbitrary<Map<String, Stored>> files() {
        Arbitrary<long[]> sizes = Arbitraries.longs()
                .between(0, 4)
                .array(long[].class)
                .ofMinSize(0)
                .ofMaxSize(4);
        Arbitrary<Stored> one = Combinators.combine(
                        Arbitraries.strings().ofMaxLength(20).filter(SafetensorsTest::isName),
                        Arbitraries.of(StoredType.class),
                        sizes,
                        Arbitraries.randoms())
                .as((name, type, shape, random) -> {
                    byte[] bytes = new byte[(int) Shape.of(shape).elements() * type.bytes()];
                    random.nextBytes(bytes);
                    return new Stored(name, type, shape, bytes);
                });
        return one.list().ofMaxSize(6).map(list -> {
            Map<String, Stored> byName = new TreeMap<>();
            list.forEach(s -> byName.put(s.name, s));
            return byName;
        });
    }

    private static boolean isName(String s) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(s) && s.chars().noneMatch(Character::isISOControl);
    }

    @Property
    void whatIsWrittenIsRead(@ForAll("files") Map<String, Stored> tensors, @ForAll("texts") String text)
            throws IOException {
        Path path = Files.createTempFile("unmute", ".safetensors");
        try {
            SafetensorsWriter writer = new SafetensorsWriter().metadata("note", text);
            tensors.values()
                    .forEach(s -> writer.add(s.name, s.type, Shape.of(s.sizes), MemorySegment.ofArray(s.bytes)));
            writer.write(path);
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertThat(file.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
                assertThat(file.metadata()).containsExactly(Map.entry("note", text));
                for (Stored s : tensors.values()) {
                    StoredTensor read = file.entry(s.name);
                    assertThat(read.type()).isEqualTo(s.type);
                    assertThat(read.shape()).isEqualTo(Shape.of(s.sizes));
                    assertThat(read.data().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(s.bytes);
                    assertThat(read.data().address() % s.type.bytes()).isZero();
                }
            }
            JsonNode header = header(Files.readAllBytes(path));
            assertThat(header.size()).isEqualTo(tensors.size() + 1);
            assertThat(header.get("__metadata__").get("note").asText()).isEqualTo(text);
        } finally {
            Files.delete(path);
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().ofMaxLength(30).filter(StandardCharsets.UTF_8.newEncoder()::canEncode);
    }

    private static JsonNode header(byte[] file) throws IOException {
        int n = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(n % 8).isZero();
        return new ObjectMapper().readTree(file, 8, n);
    }

    @Test
    void floatingTypesWidenAndNarrow() throws IOException {
        float[] values = {1f, -0.1f, 65504f, 1e-30f, Float.NEGATIVE_INFINITY, Float.NaN};
        Path path = folder.resolve("a.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        for (StoredType type : List.of(StoredType.F64, StoredType.F32, StoredType.F16, StoredType.BF16)) {
            writer.add(type.name(), type, Shape.of(2, 3), values);
        }
        writer.add("exact", Shape.of(2), new double[] {Math.PI, 1e300}).write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.floats("F32")).isEqualTo(values);
            assertThat(file.floats("F64")).isEqualTo(values);
            float[] half = values.clone();
            float[] brain = values.clone();
            double[] wide = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                half[i] = HalfFloats.fromF16(HalfFloats.toF16(values[i]));
                brain[i] = HalfFloats.fromBf16(HalfFloats.toBf16(values[i]));
                wide[i] = brain[i];
            }
            assertThat(file.floats("F16")).isEqualTo(half);
            assertThat(file.floats("BF16")).isEqualTo(brain);
            assertThat(file.doubles("BF16")).isEqualTo(wide);
            assertThat(file.doubles("exact")).containsExactly(Math.PI, 1e300);
            assertThat(file.floats("exact")).containsExactly((float) Math.PI, Float.POSITIVE_INFINITY);
            assertThatThrownBy(() -> file.ints("F32"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ints: tensor 'F32' is F32");
        }
    }

    /**
     * Reading a part of a tensor gives that part of the whole tensor, for every type, and touches nothing outside it.
     */
    @Test
    void partsAreReadAsTheWhole() throws IOException {
        float[] values = {1f, -0.1f, 65504f, 1e-30f, Float.NEGATIVE_INFINITY, Float.NaN};
        SafetensorsWriter writer = new SafetensorsWriter();
        List<StoredType> types = List.of(StoredType.F64, StoredType.F32, StoredType.F16, StoredType.BF16);
        for (StoredType type : types) {
            writer.add(type.name(), type, Shape.of(2, 3), values);
        }
        Path path = folder.resolve("parts.safetensors");
        writer.add("counts", Shape.of(1), new int[1]).write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (StoredType type : types) {
                StoredTensor stored = file.entry(type.name());
                float[] whole = stored.floats();
                for (int from = 0; from <= 6; from++) {
                    for (int count = 0; count <= 6 - from; count++) {
                        float[] to = new float[9];
                        float[] expected = new float[9];
                        System.arraycopy(whole, from, expected, 2, count);
                        stored.floats(from, to, 2, count);
                        assertThat(to).as("%s from %d, %d", type, from, count).isEqualTo(expected);
                    }
                }
                assertThatThrownBy(() -> stored.floats(5, new float[9], 0, 2))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> stored.floats(-1, new float[9], 0, 2))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> stored.floats(0, new float[9], 8, 2))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
            assertThatThrownBy(() -> file.entry("counts").floats(0, new float[1], 0, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("floats: tensor 'counts' is I32");
        }
    }

    @Test
    void integerTypesAreChecked() throws IOException {
        Path path = folder.resolve("a.safetensors");
        byte[] bytes = {0, 1, -1, 127};
        new SafetensorsWriter()
                .add("i32", Shape.of(2), new int[] {Integer.MIN_VALUE, 7})
                .add("i64", Shape.of(2), new long[] {-5, Integer.MAX_VALUE})
                .add("wide", Shape.of(2), new long[] {3, 1L << 31})
                .add("i16", StoredType.I16, Shape.of(2), new short[] {-2, 300})
                .add("i8", StoredType.I8, Shape.of(4), MemorySegment.ofArray(bytes))
                .add("u8", StoredType.U8, Shape.of(4), MemorySegment.ofArray(bytes))
                .add("bool", StoredType.BOOL, Shape.of(4), MemorySegment.ofArray(bytes))
                .add("u32", StoredType.U32, Shape.of(1), MemorySegment.ofArray(bytes))
                .write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.ints("i32")).containsExactly(Integer.MIN_VALUE, 7);
            assertThat(file.ints("i64")).containsExactly(-5, Integer.MAX_VALUE);
            assertThat(file.ints("i16")).containsExactly(-2, 300);
            assertThat(file.ints("i8")).containsExactly(0, 1, -1, 127);
            assertThat(file.ints("u8")).containsExactly(0, 1, 255, 127);
            assertThat(file.ints("bool")).containsExactly(0, 1, 1, 1);
            assertThat(file.entry("wide").longs()).containsExactly(3, 1L << 31);
            assertThat(file.entry("u8").longs()).containsExactly(0, 1, 255, 127);
            assertThatThrownBy(() -> file.ints("wide"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("element 1 is 2147483648");
            assertThatThrownBy(() -> file.ints("u32")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> file.floats("u8")).isInstanceOf(IllegalArgumentException.class);
            assertThat(file.has("u32")).isTrue();
            assertThat(file.has("none")).isFalse();
            assertThatThrownBy(() -> file.entry("none"))
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessageContaining("no tensor 'none' among its 8");
        }
    }

    @Test
    void theSameTensorsGiveTheSameBytesInWhateverOrderTheyAreAdded() throws IOException {
        Path one = folder.resolve("1");
        Path two = folder.resolve("2");
        new SafetensorsWriter()
                .add("b", Shape.of(1), new float[] {1})
                .add("a", Shape.of(), new double[] {2})
                .add("c", Shape.of(1), new int[] {3})
                .metadata("x", "1")
                .metadata("y", "2")
                .write(one);
        new SafetensorsWriter()
                .metadata("y", "2")
                .metadata("x", "1")
                .add("c", Shape.of(1), new int[] {3})
                .add("a", Shape.of(), new double[] {2})
                .add("b", Shape.of(1), new float[] {1})
                .write(two);
        assertThat(one).hasSameBinaryContentAs(two);
    }

    @Test
    void largeArraysAreWrittenInPieces() throws IOException {
        float[] values = new float[100_003];
        short[] bits = new short[70_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Arrays.fill(bits, (short) 0x3C00);
        Path path = folder.resolve("a.safetensors");
        new SafetensorsWriter()
                .add("f", Shape.of(values.length), values)
                .add("h", StoredType.F16, Shape.of(bits.length), bits)
                .add("b", StoredType.BF16, Shape.of(values.length), values)
                .write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.floats("f")).isEqualTo(values);
            assertThat(file.floats("h")).containsOnly(1f);
            assertThat(file.floats("b")[100_000]).isEqualTo(HalfFloats.fromBf16(HalfFloats.toBf16(100_000f)));
        }
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
        Path path = folder.resolve("a.safetensors");
        new SafetensorsWriter().add("a", Shape.of(1), new float[] {1}).write(path);
        byte[] before = Files.readAllBytes(path);
        assertThatThrownBy(() -> AtomicFile.write(path, out -> {
                    out.write(ByteBuffer.allocate(10));
                    throw new IOException("disk full");
                }))
                .hasMessage(path + ": disk full");
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void writerRefusesWhatCouldNotBeRead() {
        SafetensorsWriter w = new SafetensorsWriter().add("a", Shape.of(1), new float[1]);
        assertThatThrownBy(() -> w.add("a", Shape.of(1), new float[1])).hasMessageContaining("two tensors are named a");
        assertThatThrownBy(() -> w.add("b", Shape.of(2), new float[1])).hasMessageContaining("needs 2 values, got 1");
        assertThatThrownBy(() -> w.add("c\n", Shape.of(1), new float[1])).hasMessageContaining("control characters");
        assertThatThrownBy(() -> w.add("__metadata__", Shape.of(1), new float[1]))
                .hasMessageContaining("reserved");
        assertThatThrownBy(() -> w.metadata("k", "\uD800")).hasMessageContaining("unpaired surrogate");
        assertThatThrownBy(() -> w.add("d", StoredType.I8, Shape.of(1), new float[1]))
                .hasMessageContaining("I8");
    }

    @Test
    void aGigabyteOpensWithoutACopy() throws IOException {
        Path path = folder.resolve("large.safetensors");
        long bytes = 1L << 30;
        byte[] json = ("{\"w\":{\"dtype\":\"F32\",\"shape\":[" + bytes / 4 + "],\"data_offsets\":[0," + bytes + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile out = new RandomAccessFile(path.toFile(), "rw")) {
            out.writeLong(Long.reverseBytes(json.length));
            out.write(json);
            out.setLength(8 + json.length + bytes);
            out.seek(8 + json.length + bytes - 4);
            out.writeInt(Integer.reverseBytes(Float.floatToIntBits(2.5f)));
        }
        long before = AllocatedBytes.now();
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            StoredTensor w = file.entry("w");
            assertThat(w.data().get(LittleEndian.FLOAT, bytes - 4)).isEqualTo(2.5f);
            assertThat(AllocatedBytes.now() - before).isLessThan(8L << 20);
        }
    }

    @Test
    void dataCannotBeReadAfterClosing() throws IOException {
        Path path = folder.resolve("a.safetensors");
        new SafetensorsWriter().add("a", Shape.of(1), new float[] {1}).write(path);
        SafetensorsFile file = SafetensorsFile.open(path);
        StoredTensor a = file.entry("a");
        file.close();
        assertThatThrownBy(a::floats).isInstanceOf(IllegalStateException.class);
    }
}
