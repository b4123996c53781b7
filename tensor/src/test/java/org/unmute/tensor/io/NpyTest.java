package org.unmute.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.files.MalformedFileException;
import org.unmute.files.fixture.AllocatedBytes;
import org.unmute.files.fixture.Mutation;
import org.unmute.tensor.Shape;

class NpyTest {
    private static final String HEADER = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

    @TempDir
    Path folder;

    private static byte[] file(int major, String header, int dataBytes) {
        byte[] text = header.getBytes(major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        return file(major, text.length, text, dataBytes);
    }

    private static byte[] file(int major, int length, byte[] text, int dataBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) major, 0});
        ByteBuffer b = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length);
        out.write(b.array(), 0, major == 1 ? 2 : 4);
        out.writeBytes(text);
        for (int i = 0; i < dataBytes; i++) {
            out.write(i);
        }
        return out.toByteArray();
    }

    static List<Arguments> broken() {
        byte[] magic = file(1, HEADER, 24);
        magic[1] = 'M';
        byte[] minor = file(1, HEADER, 24);
        minor[7] = 1;
        return List.of(
                Arguments.of("too-short", Arrays.copyOf(file(1, HEADER, 24), 9)),
                Arguments.of("too-short", Arrays.copyOf(file(2, HEADER, 24), 11)),
                Arguments.of("bad-magic", magic),
                Arguments.of("unsupported-version", file(4, HEADER, 24)),
                Arguments.of("unsupported-version", file(0, HEADER, 24)),
                Arguments.of("unsupported-version", minor),
                Arguments.of("header-too-long", file(1, HEADER + " ".repeat(10_000), 24)),
                Arguments.of("header-too-long", file(2, -1, HEADER.getBytes(StandardCharsets.US_ASCII), 24)),
                Arguments.of(
                        "header-past-end",
                        file(1, HEADER.length() + 25, HEADER.getBytes(StandardCharsets.US_ASCII), 24)),
                Arguments.of("object-dtype", file(1, HEADER.replace("<f4", "|O"), 24)),
                Arguments.of("big-endian", file(1, HEADER.replace("<f4", ">f4"), 24)),
                Arguments.of("unsupported-dtype", file(1, HEADER.replace("<f4", "<c8"), 48)),
                Arguments.of("unsupported-dtype", file(1, HEADER.replace("'<f4'", "[('a', '<f4')]"), 24)),
                Arguments.of("fortran-order", file(1, HEADER.replace("False", "True"), 24)),
                Arguments.of("shape-overflow", file(1, HEADER.replace("2, 3", "4294967296, 4294967296"), 24)),
                Arguments.of("too-many-axes", file(1, HEADER.replace("2, 3", "2,3,1,1,1,1,1,1,1"), 24)),
                Arguments.of("size-mismatch", file(1, HEADER, 23)),
                Arguments.of("size-mismatch", file(1, HEADER, 25)),
                Arguments.of("size-mismatch", file(1, HEADER.replace("2, 3", "268435456,"), 24)),
                Arguments.of(
                        "bad-utf8",
                        file(3, HEADER.length() + 1, (HEADER + "\u00ff").getBytes(StandardCharsets.ISO_8859_1), 24)),
                Arguments.of("bad-header", file(1, HEADER.replace("2, 3", "6"), 24)),
                Arguments.of("bad-header", file(1, HEADER.replace("2, 3", "-2, 3"), 24)),
                Arguments.of("bad-header", file(1, HEADER.replace("2, 3", "2 3"), 24)),
                Arguments.of("bad-header", file(1, HEADER.replace("2, 3", "2, 03"), 24)),
                Arguments.of("bad-header", file(1, HEADER.replace("2, 3", "9999999999999999999,"), 24)),
                Arguments.of("bad-header", file(1, HEADER.replace("'shape': (2, 3), ", ""), 24)),
                Arguments.of("bad-header", file(1, HEADER.replace("{", "{'shape': (6,), "), 24)),
                Arguments.of("bad-header", file(1, HEADER.replace("{", "{'more': 1, "), 24)),
                Arguments.of("bad-header", file(1, HEADER.replace("False", "0"), 24)),
                Arguments.of("bad-header", file(1, HEADER.replace("2, 3", "2, \u001c3"), 24)),
                Arguments.of("bad-header", file(1, HEADER + "x", 24)),
                Arguments.of("bad-header", file(1, HEADER.substring(0, 20), 24)));
    }

    @ParameterizedTest(name = "{0} #{index}")
    @MethodSource("broken")
    void aBrokenRuleIsNamed(String rule, byte[] bytes) throws IOException {
        Path path = Files.write(folder.resolve("broken.npy"), bytes);
        long before = AllocatedBytes.now();
        MalformedFileException e = catchThrowableOfType(MalformedFileException.class, () -> Npy.read(path));
        assertThat(AllocatedBytes.now() - before).isLessThan(16L << 20);
        assertThat(e).isNotNull();
        assertThat(e.rule()).isEqualTo(rule);
        assertThat(e).hasMessageStartingWith(path + ": " + rule);
    }

    @Test
    void allVersionsAndSpellingsAreRead() throws IOException {
        Path path = folder.resolve("a.npy");
        for (int version = 1; version <= 3; version++) {
            for (String header : List.of(
                    HEADER,
                    HEADER.replace('\'', '"') + "   \n",
                    "{'shape':(2,3),'fortran_order':False,'descr':'<f4'}")) {
                StoredTensor t = Npy.read(Files.write(path, file(version, header, 24)));
                assertThat(t.shape()).isEqualTo(Shape.of(2, 3));
                assertThat(t.type()).isEqualTo(StoredType.F32);
                assertThat(Float.floatToRawIntBits(t.floats()[1])).isEqualTo(0x07060504);
            }
        }
        assertThat(Npy.read(Files.write(path, file(1, HEADER.replace("2, 3", ""), 4)))
                        .shape()
                        .rank())
                .isZero();
    }

    @Provide
    Arbitrary<long[]> shapes() {
        return Arbitraries.longs()
                .between(0, 4)
                .array(long[].class)
                .ofMinSize(0)
                .ofMaxSize(5);
    }

    @Property
    void whatIsWrittenIsRead(@ForAll("shapes") long[] sizes) throws IOException {
        Shape shape = Shape.of(sizes);
        int n = (int) shape.elements();
        float[] floats = new float[n];
        double[] doubles = new double[n];
        int[] ints = new int[n];
        long[] longs = new long[n];
        byte[] bytes = new byte[n];
        boolean[] truths = new boolean[n];
        for (int i = 0; i < n; i++) {
            floats[i] = i / 3f;
            doubles[i] = i / 3d;
            ints[i] = -i;
            longs[i] = (1L << 40) + i;
            bytes[i] = (byte) (i + 200);
            truths[i] = i % 3 == 0;
        }
        Path path = Files.createTempFile("unmute", ".npy");
        try {
            Npy.write(path, shape, floats);
            assertThat(Npy.read(path).floats()).isEqualTo(floats);
            assertThat(Npy.read(path).shape()).isEqualTo(shape);
            assertThat(Npy.read(path).data().address() % 64).isZero();
            Npy.write(path, shape, doubles);
            assertThat(Npy.read(path).doubles()).isEqualTo(doubles);
            Npy.write(path, shape, ints);
            assertThat(Npy.read(path).ints()).isEqualTo(ints);
            Npy.write(path, shape, longs);
            assertThat(Npy.read(path).longs()).isEqualTo(longs);
            Npy.write(path, shape, bytes);
            assertThat(Npy.read(path).data().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
            assertThat(Npy.read(path).type()).isEqualTo(StoredType.U8);
            Npy.write(path, shape, truths);
            int[] read = Npy.read(path).ints();
            for (int i = 0; i < n; i++) {
                assertThat(read[i] == 1).isEqualTo(truths[i]);
            }
        } finally {
            Files.delete(path);
        }
    }

    @Test
    void theWriterChecksTheCount() {
        assertThatThrownBy(() -> Npy.write(folder.resolve("a"), Shape.of(2), new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs 2 values, got 3");
    }

    @Provide
    Arbitrary<List<Mutation>> mutations() {
        return Mutation.several();
    }

    @Property
    void aDamagedFileIsReadRightOrRefused(@ForAll("mutations") List<Mutation> mutations) throws IOException {
        byte[] bytes = Mutation.applyAll(mutations, file(1, HEADER, 24));
        Path path = Files.createTempFile("unmute", ".npy");
        try {
            Files.write(path, bytes);
            long before = AllocatedBytes.now();
            try {
                StoredTensor t = Npy.read(path);
                int n = (int) t.data().byteSize();
                assertThat(t.shape().elements() * t.type().bytes()).isEqualTo(n);
                assertThat(t.data().toArray(ValueLayout.JAVA_BYTE))
                        .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - n, bytes.length));
                String text = new String(bytes, 10, bytes.length - n - 10, StandardCharsets.ISO_8859_1);
                String shape = t.shape().toString();
                assertThat(text.replaceAll("[\\s,]", ""))
                        .contains("(" + shape.substring(1, shape.length() - 1).replaceAll("[\\s,]", "") + ")");
            } catch (MalformedFileException e) {
                assertThat(e.rule()).isNotBlank();
            }
            assertThat(AllocatedBytes.now() - before).isLessThan(64L << 20);
        } finally {
            Files.delete(path);
        }
    }
}
