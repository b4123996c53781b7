package org.unmute.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.files.MalformedFileException;
import org.unmute.files.fixture.AllocatedBytes;
import org.unmute.tensor.io.LoadLimits;

class TorchMalformedTest {
    private static final byte[] SIX = new byte[24];

    @TempDir
    Path folder;

    static List<Arguments> broken() {
        List<Arguments> all = new ArrayList<>();
        all.addAll(archives());
        all.addAll(pickles());
        all.addAll(tensors());
        all.addAll(trees());
        all.addAll(streams());
        return all;
    }

    private static List<Arguments> archives() {
        byte[] pickle = Pickle.of("} 'w' six s");
        return List.of(
                archive("compressed-entry", a -> a.entries.get(2).method = 8),
                archive("encrypted-entry", a -> a.entries.get(2).flags |= 1),
                archive("duplicate-entry", a -> a.add("archive/data/0", SIX)),
                archive("several-roots", a -> a.add("other/data/1", SIX)),
                archive("several-roots", a -> a.add("data.pkl", SIX)),
                archive("bad-entry-name", a -> a.add("archive/../x", SIX)),
                archive("bad-entry-name", a -> a.add("../archive/x", SIX)),
                archive("bad-entry-name", a -> a.add("/archive/x", SIX)),
                archive("bad-entry-name", a -> a.add("archive\\x", SIX)),
                archive("bad-entry-name", a -> a.add("C:archive/x", SIX)),
                archive("bad-entry-name", a -> a.add("archive/\0x", SIX)),
                archive("bad-entry-name", a -> a.add("archive/code2/", new byte[0])),
                archive("bad-entry-name", a -> a.add("archive/" + "n".repeat(513), SIX)),
                archive("header-mismatch", a -> a.entries.get(2).localName = "archive/data/1"),
                archive("header-mismatch", a -> a.entries.get(2).localFlags = 0x0008),
                archive("header-mismatch", a -> a.entries.get(2).descriptorCrc = 7),
                archive("header-mismatch", a -> a.entries.get(2).localCrc = 7),
                archive("header-mismatch", a -> a.entries.get(2).size = 23L),
                archive("entry-past-end", a -> a.entries.get(2).size = 4000L),
                archive("overlapping-entries", a -> a.entries.get(2).header = 0L),
                archive("overlapping-entries", a -> a.entries.get(2).size = 60L),
                archive("zip-gap", a -> a.entries.get(2).gap = new byte[9]),
                archive("zip-gap", a -> a.prefix = "PK\3\4".getBytes(StandardCharsets.US_ASCII)),
                archive("zip-comment", a -> a.entries.get(2).comment = "x"),
                archive("bad-zip64", a -> wideHeader(a)),
                archive("bad-zip64", a -> wideHeader(a, 24)),
                archive("header-mismatch", a -> wideHeader(a, 24, 25)),
                archive("header-mismatch", a -> wideHeader(a, 1L << 40, 1L << 40)),
                archive("no-zip-end", a -> a.comment = "a comment with PK\5\6 in it"),
                archive("no-zip-end", a -> a.comment = "PK\5\6" + "x".repeat(40)),
                archive("not-a-checkpoint", a -> a.comment = "PK\5\6" + "\0".repeat(18)),
                archive("no-zip-end", a -> {
                    a.comment = "a comment";
                    a.suffix = new byte[1];
                }),
                archive("no-zip-end", a -> a.suffix = new byte[1]),
                archive("bad-directory", a -> a.moreEntries = 1),
                archive("bad-directory", a -> a.moreEntries = -1),
                archive(
                        "too-many-entries",
                        a -> {
                            a.moreEntries = 1_000_000;
                            a.zip64 = true;
                        },
                        true),
                archive("crc-mismatch", a -> a.entries.get(0).crc = 7),
                archive("big-endian", a -> a.entries.get(1).data = "big".getBytes(StandardCharsets.US_ASCII)),
                archive("no-storage", a -> a.entries.remove(2)),
                archive("storage-mismatch", a -> a.entries.get(2).data = new byte[20]),
                archive("not-a-checkpoint", a -> a.entries.remove(0)),
                archive("not-a-checkpoint", a -> a.add("archive/constants.pkl", SIX)),
                rule("not-a-checkpoint", new byte[0]),
                rule("not-a-checkpoint", pickle),
                rule("not-a-checkpoint", "PK\3\4 cut short".getBytes(StandardCharsets.US_ASCII)));
    }

    /** A storage whose local header has wide sizes. */
    private static void wideHeader(Archive archive, long... sizes) {
        archive.entries.get(2).flags = 0;
        archive.entries.get(2).localSizes = sizes;
    }

    private static Arguments archive(String rule, Consumer<Archive> damage) {
        return archive(rule, damage, false);
    }

    private static Arguments archive(String rule, Consumer<Archive> damage, boolean sentinel) {
        Archive archive = Archive.of(Pickle.of("} 'w' six s"), SIX);
        damage.accept(archive);
        byte[] bytes = archive.build();
        if (sentinel) {
            // More entries than fit into 16 bits: the short end record indicates this with all ones.
            bytes[bytes.length - 14] =
                    bytes[bytes.length - 13] = bytes[bytes.length - 12] = bytes[bytes.length - 11] = -1;
        }
        return rule(rule, bytes);
    }

    private static List<Arguments> pickles() {
        return List.of(
                pickle("pickle-cut-short", Pickle.two().op('}').bytes()),
                pickle("pickle-cut-short", Pickle.two().op('X').i32(99).stop("short")),
                pickle("pickle-cut-short", Pickle.two().op('X').i32(-1).stop()),
                pickle("pickle-cut-short", Pickle.two().op(0x8E).i64(1L << 40).stop()),
                pickle("pickle-cut-short", Pickle.two().op(0x8D).i64(-1).stop()),
                pickle("pickle-cut-short", Pickle.two().op(0x95).i64(99).stop("}")),
                pickle("pickle-cut-short", Pickle.two().op('T').i32(-5).stop()),
                pickle("bad-number", Pickle.two().op(0x8B).i32(1 << 30).stop()),
                pickle("bad-utf8", Pickle.two().op('X').i32(1).stop("#255")),
                pickle("unknown-protocol", new Pickle().stop("#128 #6 }")),
                pickle("unknown-opcode", Pickle.two().op("I01\n").stop()),
                pickle("unknown-opcode", Pickle.of("}2")),
                pickle("unknown-opcode", Pickle.of("#130 #1")),
                pickle(
                        "unknown-opcode",
                        Pickle.two().op("(icollections\nOrderedDict\n").stop()),
                pickle("out-of-band-buffer", new Pickle().stop("#128 #5 #151")),
                pickle("trailing-bytes", Pickle.of("}.}")),
                pickle("bad-stack", Pickle.two().stop()),
                pickle("bad-stack", Pickle.of("}}")),
                pickle("bad-stack", Pickle.of("}(")),
                pickle("bad-stack", Pickle.of("u")),
                pickle("bad-stack", Pickle.of("}NN(s")),
                pickle("bad-stack", Pickle.of("R")),
                pickle("bad-memo", Pickle.of("h #3")),
                pickle("memo-too-large", Pickle.two().op("}r").i32(1 << 30).stop()),
                pickle("memo-too-large", Pickle.two().op("}r").i32(-1).stop()),
                pickle("stack-too-deep", Pickle.two().op("N".repeat(1_000_001)).stop()),
                pickle("marks-too-deep", Pickle.two().op("(".repeat(1_001)).stop()),
                pickle(
                        "too-many-values",
                        Pickle.two().op("}0".repeat(2_000_001)).stop()),
                pickle("too-many-values", doubling(40)),
                pickle("too-many-values", copying()),
                pickle("bad-append", Pickle.of("}Na")),
                pickle("bad-append", Pickle.of(")Na")),
                pickle("bad-append", Pickle.of("](N #144")),
                pickle("bad-set-item", Pickle.of("]NNs")),
                pickle("bad-set-item", Pickle.of("}(Nu")),
                pickle("bad-set-item", Pickle.of("@argparse:Namespace ) #129 NNs")),
                pickle("bad-reduce", Pickle.of("N)R")),
                pickle("bad-reduce", Pickle.of("@collections:OrderedDict =1 #133 R")),
                pickle("bad-reduce", Pickle.of("@collections:OrderedDict ](Ne #133 R")),
                pickle("bad-arguments", Pickle.of("@collections:OrderedDict NR")),
                pickle("bad-build", Pickle.of("]}b")),
                pickle("bad-build", Pickle.of("}}b}b")),
                pickle("bad-build", Pickle.of("six }b")),
                pickle("bad-build", Pickle.of("@argparse:Namespace ) #129 Nb")),
                pickle("bad-global", Pickle.of("NN #147")),
                pickle("bad-global", Pickle.two().global("", "x").stop()),
                pickle("bad-global", Pickle.two().global("x".repeat(513), "x").stop()),
                pickle("bad-global", Pickle.two().global("a\1b", "x").stop()));
    }

    /** Lists that each hold the previous list twice: few bytes, 2^n places. */
    private static byte[] doubling(int n) {
        Pickle p = Pickle.two("(]q #0");
        for (int i = 0; i < n; i++) {
            p.op("](h").op(i).op('h').op(i).op("eq").op(i + 1);
        }
        return p.stop("t");
    }

    /** A list of 100,000 elements that is copied again and again. */
    private static byte[] copying() {
        Pickle p = Pickle.two("@builtins:set q #0 ](").op("N".repeat(100_000)).run("e #133 q #1");
        for (int i = 0; i < 1_000; i++) {
            p.run("h #0 h #1 R0");
        }
        return p.stop();
    }

    @Test
    @Timeout(10)
    void nestedCallsDoNotOverflow() throws IOException {
        Path path = Files.write(
                folder.resolve("nested.pt"), Archive.of(nested(100_000)).build());
        assertFails(MalformedFileException.class, () -> TorchFile.open(path), "unreadable-tensors");
    }

    private static List<Arguments> tensors() {
        long[] six = {2, 3};
        long[] steps = {3, 1};
        return List.of(
                tensor("tensor-outside-storage", 6, 1, six, steps),
                tensor("tensor-outside-storage", 6, 0, six, new long[] {4, 1}),
                tensor("tensor-outside-storage", 6, 0, new long[] {7}, new long[] {1}),
                tensor("tensor-outside-storage", 6, 7, new long[] {0}, new long[] {1}),
                tensor("tensor-outside-storage", 6, 6, new long[0], new long[0]),
                tensor("shape-overflow", 6, 0, new long[] {1L << 32, 1L << 32}, new long[] {0, 0}),
                tensor("shape-overflow", 6, 0, new long[] {3, 2}, new long[] {Long.MAX_VALUE, 1}),
                tensor("shape-overflow", 6, 0, new long[] {Long.MAX_VALUE}, new long[] {0}),
                tensor("bad-tensor", 6, -1, six, steps),
                tensor("bad-tensor", 6, 0, new long[] {2, -3}, steps),
                tensor("bad-tensor", 6, 0, six, new long[] {3, -1}),
                tensor("bad-tensor", 6, 0, six, new long[] {1}),
                tensor("too-many-axes", 6, 0, new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1}, new long[9]),
                tensor("expanded-view", 6, 0, new long[] {1 << 24}, new long[] {0}),
                tensor("bad-persistent-id", -6, 0, six, steps),
                tensor("storage-too-large", 1L << 62, 0, six, steps),
                tensor("storage-mismatch", 7, 0, six, steps),
                pickle(
                        "storage-mismatch",
                        Pickle.two("]( six")
                                .tensor("IntStorage", "0", 6, 0, six, steps)
                                .stop("e")),
                pickle(
                        "unknown-storage-type",
                        Pickle.two().tensor("Storage", "0", 6, 0, six, steps).stop()),
                pickle("bad-persistent-id", Pickle.of("( 'module' tQ")),
                pickle(
                        "bad-persistent-id",
                        Pickle.two().legacyStorage("FloatStorage", "0", 6).stop()),
                pickle("bad-arguments", Pickle.of("'0' Q")),
                pickle("bad-tensor", Pickle.of("@torch._utils:_rebuild_tensor_v2 (NNNNNNtR")),
                pickle("bad-tensor", Pickle.of("@torch._utils:_rebuild_tensor_v2 )R")),
                pickle("bad-tensor", Pickle.of("@torch._utils:_rebuild_parameter )R")),
                pickle(
                        "unreadable-tensors",
                        Pickle.two()
                                .tensor("UntypedStorage", "0", 24, 0, six, steps)
                                .stop()),
                pickle(
                        "unreadable-tensors",
                        Pickle.two("} 'z'")
                                .tensor("ComplexFloatStorage", "0", 3, 0, new long[] {3}, new long[] {1})
                                .stop("s")),
                pickle(
                        "unreadable-tensors",
                        Pickle.of("} 'z' @torch._utils:_rebuild_sparse_tensor @torch.serialization:_get_layout "
                                + "'torch.sparse_coo' #133 R six #134 R s")));
    }

    /** Nested calls, built from the inside out: reading them must not need a stack of the same depth. */
    private static byte[] nested(int depth) {
        Pickle p = Pickle.two("@torch._tensor:_rebuild_from_type_v2 q #0 @torch:Tensor q #1 )");
        for (int i = 0; i < depth; i++) {
            p.run("q #2 0(h #0 h #1 h #2 }t");
        }
        return p.stop("q #2 000 h #0 h #2 R");
    }

    private static Arguments tensor(String rule, long elements, long offset, long[] sizes, long[] strides) {
        return pickle(
                rule,
                Pickle.two("} 'w'")
                        .tensor("FloatStorage", "0", elements, offset, sizes, strides)
                        .stop("s"));
    }

    private static List<Arguments> trees() {
        return List.of(
                pickle("duplicate-name", Pickle.of("}( 'a' =1 'a' =2 u")),
                pickle("duplicate-name", Pickle.of("}( '1' six =1 six u")),
                pickle("duplicate-name", Pickle.of("}( 'a.b' six 'a' } 'b' =1 su")),
                pickle("contains-itself", Pickle.of("]q #0 h #0 a")),
                pickle("contains-itself", Pickle.of("}q #0 'x' h #0 s")),
                pickle("too-deep", Pickle.two().op("N").op("\u0085".repeat(65)).stop()),
                pickle(
                        "too-deep",
                        Pickle.two().op("N").op("\u0085".repeat(250_000)).stop()),
                pickle(
                        "name-too-long",
                        Pickle.two().op('}').text("n".repeat(513)).stop("six s")),
                pickle(
                        "name-control-character",
                        Pickle.two().op('}').text("a\0").stop("six s")),
                pickle("whole-module", Pickle.of("@models.vit:ViT ) #129 } 'w' six sb")),
                pickle("whole-module", Pickle.of("} 'model' @models.vit:ViT ) #129 } 'w' six sbs")));
    }

    private static List<Arguments> streams() {
        byte[] root = Pickle.two("} 'w' @torch._utils:_rebuild_tensor_v2 (")
                .legacyStorage("FloatStorage", "0", 6)
                .rest(0, new long[] {2, 3}, new long[] {3, 1})
                .stop("s");
        byte[] keys = Pickle.of("]( '0' e");
        byte[] data = new byte[32];
        data[0] = 6;
        byte[] wrong = data.clone();
        wrong[0] = 5;
        return List.of(
                rule("big-endian", Archive.legacy(false, root, keys, data)),
                rule("storage-mismatch", Archive.legacy(true, root, keys, wrong)),
                rule("storage-past-end", Archive.legacy(true, root, keys, new byte[7])),
                rule("storage-past-end", Archive.legacy(true, root, keys, Arrays.copyOf(data, 31))),
                rule("trailing-bytes", Archive.legacy(true, root, keys, Arrays.copyOf(data, 33))),
                rule("no-storage", Archive.legacy(true, root, Pickle.of("]"), new byte[0])),
                rule("bad-storage-list", Archive.legacy(true, root, Pickle.of("}"), data)),
                rule("bad-storage-list", Archive.legacy(true, root, Pickle.of("]( '1' e"), data)),
                rule(
                        "bad-storage-list",
                        Archive.legacy(
                                true,
                                root,
                                Pickle.of("]( '0' '0' e"),
                                ByteBuffer.allocate(64)
                                        .put(0, data)
                                        .put(32, data)
                                        .array())),
                rule("runs-code", Archive.legacy(true, Pickle.of("@os:system"), keys, data)),
                rule(
                        "whole-module",
                        Archive.legacy(
                                true,
                                Pickle.two("( 'module' @nets:Net 'nets.py'")
                                        .text("class Net")
                                        .run("tQ) #129 } 'w' @torch._utils:_rebuild_tensor_v2 (")
                                        .legacyStorage("FloatStorage", "0", 6)
                                        .rest(0, new long[] {6}, new long[] {1})
                                        .stop("sb"),
                                keys,
                                data)));
    }

    private static Arguments pickle(String rule, byte[] pickle) {
        return rule(rule, Archive.of(pickle, SIX).build());
    }

    private static Arguments rule(String rule, byte[] bytes) {
        return Arguments.of(rule, bytes);
    }

    @ParameterizedTest(name = "{0} #{index}")
    @MethodSource("broken")
    @Timeout(5)
    void aBrokenRuleIsNamed(String rule, byte[] bytes) throws IOException {
        Path path = Files.write(folder.resolve("broken.pt"), bytes);
        long before = AllocatedBytes.now();
        MalformedFileException e = catchThrowableOfType(
                MalformedFileException.class, () -> TorchFile.open(path).close());
        long spent = AllocatedBytes.now() - before;
        // Opcodes of one byte create values of some 50 bytes, until there are too many.
        assertThat(spent).isLessThan(bytes.length * 64L + (12L << 20));
        assertThat(e).isNotNull();
        assertThat(e.rule()).as(e.getMessage()).isEqualTo(rule);
        assertThat(e.offset()).isBetween(0L, (long) bytes.length);
        assertThat(e).hasMessageStartingWith(path + ": " + rule + " at byte " + e.offset());
    }

    @Test
    void aDamagedStorageIsRefusedWhenItIsRead() throws IOException {
        Archive archive = Archive.of(Pickle.of("} 'w' six s"), SIX);
        byte[] bytes = archive.build();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("archive/data/0") + 14 + 7] ^= 1;
        Path path = Files.write(folder.resolve("damaged.pt"), bytes);
        try (TorchFile file = TorchFile.open(path)) {
            assertThat(file.names()).containsExactly("w");
            for (int i = 0; i < 2; i++) {
                assertFails(MalformedFileException.class, () -> file.entry("w"), "crc-mismatch", "archive/data/0");
                assertFails(() -> file.floats("w"), "crc-mismatch");
                assertFails(file::verify, "crc-mismatch");
            }
        }
    }

    @Test
    void messagesSayWhatIsWrong() throws IOException {
        assertMessage(Pickle.of("}( '1' six =1 six u"), "tensor '1': two values have this dotted name: ['1'] and [1]");
        assertMessage(
                Pickle.of("} 'model' @models.vit:ViT ) #129 } 'w' six sbs"),
                "'model' is an object of class models.vit.ViT with 1 tensors",
                "torch.save(model.state_dict()");
        assertMessage(
                Pickle.two("} 'w'")
                        .tensor("FloatStorage", "0", 6, 1, new long[] {2, 3}, new long[] {3, 1})
                        .stop("s"),
                "F32 [2, 3], strides [3, 1], offset 1 reaches beyond the 6 elements");
    }

    private void assertMessage(byte[] pickle, String... parts) throws IOException {
        Path path = Files.write(
                folder.resolve("message.pt"), Archive.of(pickle, SIX).build());
        assertFails(() -> TorchFile.open(path), parts);
    }

    @Test
    void limitsAreTheCallers() throws IOException {
        Path path = Files.write(
                folder.resolve("a.pt"),
                Archive.of(Pickle.of("}( 'aa' six 'bb' ]( six eu"), SIX).build());
        TorchFile.open(path).close();
        LoadLimits d = LoadLimits.DEFAULT;
        TorchLimits t = TorchLimits.DEFAULT;
        assertRule("too-many-tensors", path, with(new LoadLimits(0, 1, 8, 99, 8, 0)));
        assertRule("too-many-axes", path, with(new LoadLimits(0, 9, 1, 99, 8, 0)));
        assertRule("name-too-long", path, with(new LoadLimits(0, 9, 8, 3, 8, 0)), "bad-entry-name");
        assertRule("too-many-entries", path, new TorchLimits(d, 3, t.pickleBytes(), 99, 99, 9, 9, 99));
        assertRule("pickle-too-long", path, new TorchLimits(d, 4, 10, 99, 99, 9, 9, 99));
        assertRule("too-many-values", path, new TorchLimits(d, 4, 9999, 9, 99, 9, 9, 99));
        assertRule("stack-too-deep", path, new TorchLimits(d, 4, 9999, 99, 2, 9, 9, 99));
        assertRule("marks-too-deep", path, new TorchLimits(d, 4, 9999, 99, 99, 1, 9, 99));
        assertRule("too-deep", path, new TorchLimits(d, 4, 9999, 99, 99, 9, 1, 99));
        assertRule("too-many-values", path, new TorchLimits(d, 4, 9999, 99, 99, 9, 9, 5));
        TorchFile.open(path, new TorchLimits(d, 4, 9999, 99, 99, 9, 2, 8)).close();
        assertThatThrownBy(() -> new TorchLimits(d, 4, 9999, 99, 99, 9, 0, 8))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TorchLimits(d, 4, -1, 99, 99, 9, 1, 8))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static TorchLimits with(LoadLimits common) {
        TorchLimits t = TorchLimits.DEFAULT;
        return new TorchLimits(
                common, t.zipEntries(), t.pickleBytes(), t.nodes(), t.stack(), t.marks(), t.nesting(), t.pathChars());
    }

    private static void assertRule(String rule, Path path, TorchLimits limits, String... or) {
        assertThatThrownBy(() -> TorchFile.open(path, limits))
                .isInstanceOfSatisfying(
                        MalformedFileException.class,
                        e -> assertThat(e.rule()).as(e.getMessage()).isIn(rule, or.length == 0 ? rule : or[0]));
    }
}
