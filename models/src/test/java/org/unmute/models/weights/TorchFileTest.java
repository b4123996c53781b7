package org.unmute.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

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
import java.util.HexFormat;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.files.MalformedFileException;
import org.unmute.files.fixture.AllocatedBytes;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/** Checkpoints built in the test, with features that the files written by torch do not show. */
class TorchFileTest {
    private static final byte[] SIX = floats(0, 1, 2, 3, 4, 5);

    @TempDir
    Path folder;

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private TorchFile open(byte[] bytes) throws IOException {
        return TorchFile.open(Files.write(folder.resolve("a.pt"), bytes));
    }

    private TorchFile zip(Pickle pickle) throws IOException {
        return open(Archive.of(pickle.stop(), SIX).build());
    }

    @Test
    void aPlainViewIsASliceOfTheFile() throws IOException {
        try (TorchFile file = zip(Pickle.two("}( 'w' six 'row'")
                .tensor("FloatStorage", "0", 6, 3, new long[] {1, 3}, new long[] {77, 1})
                .op('u'))) {
            StoredTensor row = file.entry("row");
            assertThat(row.name()).isEqualTo("row");
            assertThat(row.shape()).isEqualTo(Shape.of(1, 3));
            assertThat(row.floats()).containsExactly(3, 4, 5);
            assertThat(row.data().isMapped()).isTrue();
            assertThat(row.data().isReadOnly()).isTrue();
            assertThat(row.data().address() - file.entry("w").data().address()).isEqualTo(12);
            assertThat(file.type("row")).isEqualTo(StoredType.F32);
            assertThat(file.has("row")).isTrue();
            assertThat(file.has("x")).isFalse();
            assertFails(NoSuchElementException.class, () -> file.entry("x"), "no tensor 'x' among its 2");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,3,2,1,3,0 3 1 4 2 5",
        "5,1,1,9,9,5",
        "1,2,2,3,1,1 2 4 5",
        "2,2,3,0,0,2 2 2 2 2 2",
        "0,2,3,0,1,0 1 2 0 1 2",
        "0,3,1,2,1,0 2 4",
        "4,1,2,7,1,4 5",
        "0,0,3,3,1,"
    })
    void anyViewIsGatheredInRowMajorOrder(long offset, long rows, long columns, long down, long right, String expected)
            throws IOException {
        try (TorchFile file = zip(Pickle.two("} 'w'")
                .tensor("FloatStorage", "0", 6, offset, new long[] {rows, columns}, new long[] {down, right})
                .op('s'))) {
            StringBuilder values = new StringBuilder();
            for (float f : file.floats("w")) {
                values.append(values.isEmpty() ? "" : " ").append((int) f);
            }
            assertThat(values.toString()).isEqualTo(expected == null ? "" : expected);
        }
    }

    @Test
    void sharedTensorsAppearUnderEachName() throws IOException {
        try (TorchFile file = zip(Pickle.two("}( 'a' six q #5 'b' h #5 'c' ](h #5 Neu"))) {
            assertThat(file.names()).containsExactly("a", "b", "c.0");
            assertThat(file.entry("b").name()).isEqualTo("b");
            assertThat(file.metadata()).containsEntry("c.1", "null");
        }
    }

    @Test
    void aLoneTensorHasAName() throws IOException {
        try (TorchFile file = zip(Pickle.two().sixFloats())) {
            assertThat(file.names()).containsExactly("value");
            assertThat(file.floats("value")).containsExactly(0, 1, 2, 3, 4, 5);
        }
        try (TorchFile file = zip(Pickle.two().number(12))) {
            assertThat(file.metadata()).containsEntry("value", "12");
        }
    }

    @Test
    void otherWaysToMakeATensor() throws IOException {
        Pickle p = Pickle.two().op("}(");
        p.run("'v1' @torch._utils:_rebuild_tensor (")
                .storage("FloatStorage", "0", 6)
                .number(2)
                .numbers(2)
                .numbers(1)
                .op("tR");
        p.run("'v3' @torch._utils:_rebuild_tensor_v3 (( 'storage' @torch.storage:UntypedStorage '1' "
                        + "'cpu' =4 tQ =1")
                .numbers(1)
                .numbers(1)
                .run("#137 @collections:OrderedDict )R @torch:uint16 tR");
        p.run("'parameter' @torch._utils:_rebuild_parameter six #136 @collections:OrderedDict )R #135 R");
        typed(p.text("typed"), "torch.nn.parameter", "Parameter").op("}tR");
        p.run("'cuda' @torch._utils:_rebuild_tensor_v2 (( 'storage' @torch.cuda:FloatStorage '2' " + "'cuda:0' =1 tQ")
                .rest(0, new long[0], new long[0]);
        try (TorchFile file = open(
                Archive.of(p.stop("u"), SIX, new byte[] {1, 2, 3, 4}, floats(9)).build())) {
            assertThat(file.names()).containsExactly("v1", "v3", "parameter", "typed", "cuda");
            assertThat(file.floats("v1")).containsExactly(2, 3);
            assertThat(file.type("v3")).isEqualTo(StoredType.U16);
            assertThat(file.entry("v3").data().toArray(ValueLayout.JAVA_BYTE)).containsExactly(3, 4);
            assertThat(file.floats("typed")).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(file.floats("cuda")).containsExactly(9);
        }
    }

    /**
     * As written by Python's zipfile for a record whose size is not known in advance, and by a program that adds a
     * comment.
     */
    @Test
    void wideLocalHeadersAndACommentOfTheArchiveAreRead() throws IOException {
        Archive archive = Archive.of(Pickle.of("} 'w' six s"), SIX);
        archive.zip64 = false;
        archive.comment = "c".repeat(0xFFFF);
        for (Archive.Entry e : archive.entries) {
            e.flags = 0;
            e.localSizes = new long[] {e.data.length, e.data.length};
        }
        try (TorchFile file = open(archive.build())) {
            file.verify();
            assertThat(file.floats("w")).containsExactly(0, 1, 2, 3, 4, 5);
        }
        archive.zip64 = true;
        archive.comment = "saved by a script";
        try (TorchFile file = open(archive.build())) {
            assertThat(file.floats("w")).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    /** Attributes that Python code attached to a tensor or parameter are listed; the values are read. */
    @Test
    void attributesOfTensorsAreLeftOutAndListed() throws IOException {
        Pickle p = Pickle.two().op("}(");
        typed(p.text("scaled"), "torch", "Tensor");
        p.run("} 'scale' six s tR");
        withState(p.text("parameter"));
        p.op("N}(");
        for (String name : new String[] {"a", "b", "c", "d", "e\u001b[31m"}) {
            p.text(name).number(1);
        }
        p.run("u #134 tR");
        withState(p.text("plain")).op("NtR");
        withState(p.text("empty")).op("}tR");
        try (TorchFile file = zip(p.op('u'))) {
            assertThat(file.names()).containsExactly("scaled", "parameter", "plain", "empty");
            for (String name : file.names()) {
                assertThat(file.floats(name)).containsExactly(0, 1, 2, 3, 4, 5);
            }
            assertThat(file.opaque())
                    .containsExactly(
                            new TorchFile.Opaque("scaled.<attributes>", "attributes of a tensor: 'scale'", 1),
                            new TorchFile.Opaque(
                                    "parameter.<attributes>",
                                    "attributes of a tensor: 'a', 'b', 'c', 'd' and 1 more",
                                    0));
        }
    }

    /** Begins a call that creates a tensor of a class, up to its state. */
    private static Pickle typed(Pickle p, String module, String type) {
        return p.run("@torch._tensor:_rebuild_from_type_v2 ( @torch._utils:_rebuild_tensor_v2")
                .global(module, type)
                .op('(')
                .storage("FloatStorage", "0", 6)
                .number(0)
                .numbers(6)
                .numbers(1)
                .run("#137 @collections:OrderedDict )R t");
    }

    /** Begins a call that creates a parameter, up to its state. */
    private static Pickle withState(Pickle p) {
        return p.run("@torch._utils:_rebuild_parameter_with_state ( six #136 @collections:OrderedDict )R");
    }

    /** Python would take the tensor's values from the attribute. */
    @ParameterizedTest
    @CsvSource({"data,tensor-state", "real,tensor-state", "imag,tensor-state"})
    void anAttributeThatReplacesTheNumbersIsRefused(String name, String rule) throws IOException {
        for (boolean parameter : new boolean[] {false, true}) {
            Pickle p = Pickle.two("} 'w'");
            p = parameter ? withState(p) : typed(p, "torch", "Tensor");
            Pickle whole = p.op('}').text(name).run("six s tRs");
            assertThatThrownBy(() -> zip(whole).close())
                    .isInstanceOfSatisfying(
                            MalformedFileException.class,
                            e -> assertThat(e.rule()).isEqualTo(rule))
                    .hasMessageContaining("'" + name + "'");
        }
    }

    @Test
    void aStateThatIsNoDictionaryIsRefused() throws IOException {
        Pickle many = withState(Pickle.two("} 'w'")).op("}(");
        for (int i = 0; i < 101; i++) {
            many.text("a" + i).number(i);
        }
        for (Pickle p : new Pickle[] {
            withState(Pickle.two("} 'w'")).run("=3 tRs"), many.op("utRs"),
        }) {
            assertThatThrownBy(() -> zip(p).close())
                    .isInstanceOfSatisfying(
                            MalformedFileException.class,
                            e -> assertThat(e.rule()).isEqualTo("bad-tensor"));
        }
    }

    /** Values that would be misread are not returned at all. */
    @Test
    void tensorsOfOtherKindsStayOpaque() throws IOException {
        Pickle p = Pickle.two("}( 'w' six");
        p.text("complex").tensor("ComplexFloatStorage", "1", 3, 0, new long[] {3}, new long[] {1});
        p.run("'quantized' @torch._utils:_rebuild_qtensor (")
                .storage("QInt8Storage", "2", 24)
                .op("tR");
        p.run("'meta' @torch._utils:_rebuild_meta_tensor_no_storage ( @torch:float32")
                .numbers(2)
                .numbers(1)
                .op(0x89, 't', 'R');
        p.run("'float8' @torch._utils:_rebuild_tensor_v3 (( 'storage' @torch.storage:UntypedStorage '3' "
                        + "'cpu' =24 tQ =0")
                .numbers(24)
                .numbers(1)
                .run("#137 @collections:OrderedDict )R @torch:float8_e4m3fn tR");
        p.run("'negative' @torch._utils:_rebuild_tensor_v2 (")
                .storage("FloatStorage", "0", 6)
                .number(0)
                .numbers(6)
                .numbers(1)
                .run("#137 @collections:OrderedDict )R } 'neg' #136 stR");
        p.run("'own' @torch._tensor:_rebuild_from_type_v2 ( @torch._utils:_rebuild_tensor_v2 " + "@mine:Scaled )}tR");
        try (TorchFile file = open(Archive.of(p.stop("u"), SIX, SIX, SIX, SIX).build())) {
            assertThat(file.names()).containsExactly("w");
            assertThat(file.opaque())
                    .containsExactly(
                            new TorchFile.Opaque("complex", "torch.ComplexFloatStorage", 1),
                            new TorchFile.Opaque("quantized", "torch._utils._rebuild_qtensor", 1),
                            new TorchFile.Opaque("meta", "torch._utils._rebuild_meta_tensor_no_storage", 1),
                            new TorchFile.Opaque("float8", "torch.float8_e4m3fn", 1),
                            new TorchFile.Opaque("negative", "tensor with metadata", 1),
                            new TorchFile.Opaque("own", "mine.Scaled", 1));
        }
    }

    @Test
    void anObjectBesideTheWeightsIsCountedWithItsTensors() throws IOException {
        Pickle p = Pickle.two("}( 'model' } 'w' six q #9 s 'ema' @timm.utils:ModelEma ) #129 }q #10 ( 'module' ](h #9 "
                + "six e 'me' h #10 ub");
        try (TorchFile file = zip(p.op('u'))) {
            assertThat(file.names()).containsExactly("model.w");
            assertThat(file.opaque()).containsExactly(new TorchFile.Opaque("ema", "timm.utils.ModelEma", 2));
        }
    }

    @Test
    void pythonTwoAndAttributesAndOddKeysAreRead() throws IOException {
        Pickle p =
                Pickle.two("@collections:OrderedDict ](](U #1 aK #1 e](U #1 bG #64 #40 #0 #0 #0 #0 #0 #0 e e #133 R");
        p.op('(').numbers(1, 2).run("N N #136 J").i32(-3).run("U #2 #255 #254 u } '_metadata' }sb");
        try (TorchFile file = zip(p)) {
            assertThat(file.metadata())
                    .containsExactly(
                            Map.entry("a", "1"),
                            Map.entry("b", "12.0"),
                            Map.entry("(1, 2)", "null"),
                            Map.entry("null", "true"));
            assertThat(file.opaque()).containsExactly(new TorchFile.Opaque("-3", "bytes", 0));
        }
    }

    @Test
    void protocolsThreeToFiveAreRead() throws IOException {
        Pickle p = new Pickle()
                .run("#128 #5 #149")
                .i64(100)
                .run("#125 #148 ( #140 #1 s #143 (K #3 #144 #140 #1 f (K #4 #145 #140 #1 b C #2 xy #141")
                .i64(1)
                .run("l #138 #0 #140 #1 d #140 #11 collections #140 #11 OrderedDict #147 ) #129 #140 #1 k M #1 "
                        + "#1 s");
        p.run("#140 #1 w six");
        try (TorchFile file = zip(p.op('u'))) {
            assertThat(file.metadata())
                    .containsExactly(
                            Map.entry("s.0", "3"), Map.entry("f.0", "4"), Map.entry("l", "0"), Map.entry("d.k", "257"));
            assertThat(file.names()).containsExactly("w");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "f8,<,0000000000000440,2.5",
        "f8,>,4004000000000000,2.5",
        "f4,<,00002040,2.5",
        "f2,<,0041,2.5",
        "i8,<,feffffffffffffff,-2",
        "i4,<,feffffff,-2",
        "i2,>,fffe,-2",
        "i1,|,fe,-2",
        "u4,<,feffffff,4294967294",
        "u2,<,feff,65534",
        "u1,|,fe,254",
        "b1,|,01,true",
        "f4,<,000020,",
        "c8,<,0000000000000000,",
        "i4,x,feffffff,"
    })
    void numbersOfNumpyAreValues(String type, String order, String hex, String expected) throws IOException {
        byte[] raw = HexFormat.of().parseHex(hex);
        Pickle p = Pickle.two("} 'n' @numpy.core.multiarray:scalar @numpy:dtype")
                .text(type)
                .run("#137 #136 #135 R ( =3")
                .text(order)
                .op("NNNtb")
                .op('C', raw.length);
        for (byte b : raw) {
            p.op(b);
        }
        try (TorchFile file = zip(p.op(0x86, 'R', 's'))) {
            assertThat(file.metadata().get("n")).isEqualTo(expected);
            assertThat(file.opaque()).hasSize(expected == null ? 1 : 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"true,true,true", "true,false,false", "false,true,false", "false,false,false"})
    void zipsWithAndWithoutWideValuesAreRead(boolean zip64, boolean described, boolean wide) throws IOException {
        Archive archive = Archive.of(Pickle.of("} 'w' six s"), SIX);
        archive.zip64 = zip64;
        archive.entries.forEach(e -> e.flags = described ? 0x0808 : 0x0800);
        archive.entries.forEach(e -> e.wide = wide);
        try (TorchFile file = open(archive.build())) {
            assertThat(file.floats("w")).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(file.container()).isEqualTo("PyTorch, zip");
            file.verify();
        }
    }

    /** Before torch 2.1 there was no byte order record, and the stem of a file name may be almost anything. */
    @Test
    void theRecordOfTheByteOrderMayBeMissing() throws IOException {
        Archive archive = Archive.of(Pickle.of("} 'w' six s"), SIX);
        archive.entries.remove(1);
        archive.entries.forEach(e -> e.name = e.name.replace("archive/", "epoch:7 (best, é)/"));
        try (TorchFile file = open(archive.build())) {
            assertThat(file.floats("w")).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void aLegacyStreamWithAViewIsRead() throws IOException {
        byte[] root = Pickle.two(
                        "} 'w' @torch._utils:_rebuild_tensor (( 'storage' @torch:FloatStorage '0' 'cpu' =6 ( '1' "
                                + "=2 =3 ttQ =1")
                .numbers(2)
                .numbers(1)
                .stop("tRs");
        try (TorchFile file = open(Archive.legacy(root, SIX))) {
            assertThat(file.container()).isEqualTo("PyTorch, legacy stream");
            assertThat(file.floats("w")).containsExactly(3, 4);
            file.verify();
        }
    }

    /** Opening reads only the pickle and the directory. */
    @Test
    void aFileOfAGigabyteOpensAtOnce() throws IOException {
        long elements = 1L << 28;
        Path path = folder.resolve("big.pt");
        byte[] pickle = Pickle.two("} 'w'")
                .tensor("FloatStorage", "0", elements, 0, new long[] {elements}, new long[] {1})
                .stop("s");
        byte[] small = Archive.of(pickle, new byte[0]).build();
        // Cuts the archive at the storage and inserts a gigabyte; as a hole in the file it takes no disk space.
        int data = new String(small, StandardCharsets.ISO_8859_1).indexOf("archive/data/0") + 14 + 7;
        byte[] tail = Arrays.copyOfRange(small, data, small.length);
        long grown = 4 * elements;
        shift(tail, small.length - data, data, grown);
        try (RandomAccessFile out = new RandomAccessFile(path.toFile(), "rw")) {
            out.write(small, 0, data);
            out.seek(data + grown);
            out.write(tail);
        }
        long start = System.nanoTime();
        long before = AllocatedBytes.now();
        try (TorchFile file = TorchFile.open(path)) {
            assertThat(AllocatedBytes.now() - before).isLessThan(4L << 20);
            assertThat(System.nanoTime() - start).as("nanoseconds").isLessThan(1_000_000_000L);
            assertThat(file.shape("w")).isEqualTo(Shape.of(elements));
        }
    }

    /** Adjusts the sizes and offsets after a storage that has grown: descriptor, directory, end records. */
    private static void shift(byte[] tail, int length, int data, long grown) {
        MemorySegment m = MemorySegment.ofArray(tail);
        ValueLayout.OfInt i32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        ValueLayout.OfLong i64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        m.set(i32, 8, (int) grown);
        m.set(i32, 12, (int) grown);
        int end = length - 22;
        int directory = m.get(i32, end + 16) - data;
        for (int at = directory; m.get(i32, at) == 0x02014B50; ) {
            int header = m.get(i32, at + 42);
            if (header >= data) {
                m.set(i32, at + 42, header + (int) grown);
            }
            int name = m.get(ValueLayout.JAVA_BYTE, at + 28);
            if (new String(tail, at + 46, name, StandardCharsets.ISO_8859_1).endsWith("data/0")) {
                m.set(i32, at + 20, (int) grown);
                m.set(i32, at + 24, (int) grown);
            }
            at += 46 + name;
        }
        m.set(i32, end + 16, m.get(i32, end + 16) + (int) grown);
        int locator = end - 20;
        m.set(i64, locator + 8, m.get(i64, locator + 8) + grown);
        m.set(i64, locator - 8, m.get(i64, locator - 8) + grown);
    }
}
