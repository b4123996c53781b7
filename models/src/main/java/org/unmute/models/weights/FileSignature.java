package org.unmute.models.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.unmute.files.LittleEndian;
import org.unmute.tensor.io.LoadLimits;

/** Recognises the {@linkplain FileKind kind of a file} by its bytes. */
final class FileSignature {
    private static final int HEAD = 4096;
    private static final int TEXT_BYTES = 512;
    private static final String LEGACY_MAGIC = "\u008a\n\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019";
    private static final String TABLE_MAGIC = "\u0057\u00fb\u0080\u008b\u0024\u0075\u0047\u00db";
    private static final Map<String, FileKind> STARTS = Map.of(
            "\u0089HDF\r\n\u001a\n", FileKind.HDF5,
            "\u0093NUMPY", FileKind.NPY,
            "\u001f\u008b", FileKind.GZIP,
            "7z\u00bc\u00af\u0027\u001c", FileKind.SEVEN_ZIP,
            "BZh", FileKind.COMPRESSED,
            "\u00fd7zXZ", FileKind.COMPRESSED,
            "\u0028\u00b5\u002f\u00fd", FileKind.COMPRESSED,
            "Rar!", FileKind.COMPRESSED);
    private static final int TAR_MAGIC_AT = 257;
    /** PROTO, optionally FRAME, then a class as the first value. */
    private static final Pattern ROOT_CLASS =
            Pattern.compile("^\u0080.(?:\u0095.{8})?(?:c([\\w.]+)\n|\u008c.([\\w.]+?)\u0094?\u008c)", Pattern.DOTALL);

    private static final Pattern LEGACY_MODULE =
            Pattern.compile("\\(X\u0006\0\0\0module(?:q.)?c([\\w.]+)\n", Pattern.DOTALL);
    private static final List<String> DATA_MODULES = List.of(
            "collections",
            "torch._utils",
            "torch._tensor",
            "torch",
            "argparse",
            "builtins",
            "__builtin__",
            "numpy",
            "_codecs");

    private final MemorySegment file;
    /** The first bytes of the file, one character each. */
    private final String head;

    FileSignature(MemorySegment file) {
        this.file = file;
        this.head = latin1(0, HEAD);
    }

    private String latin1(long from, long max) {
        long length = Math.clamp(file.byteSize() - from, 0, max);
        return new String(file.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    FileKind kind() {
        if (file.byteSize() == 0) {
            return FileKind.EMPTY;
        }
        if (head.startsWith("PK\3\4") || head.startsWith("PK\5\6")) {
            return zip();
        }
        if (head.charAt(0) == '\u0080' && head.indexOf(LEGACY_MAGIC) >= 0 && head.indexOf(LEGACY_MAGIC) < 24) {
            Matcher module = LEGACY_MODULE.matcher(head);
            return module.find() && !DATA_MODULES.contains(module.group(1))
                    ? FileKind.PICKLED_MODULE
                    : FileKind.TORCH_LEGACY;
        }
        FileKind magic = magic();
        if (magic != null) {
            return magic;
        }
        if (isSafetensors()) {
            return FileKind.SAFETENSORS;
        }
        if (head.startsWith("version https://git-lfs.github.com/spec/")) {
            return FileKind.GIT_LFS;
        }
        FileKind binary = binary();
        return binary != null ? binary : text();
    }

    private @Nullable FileKind magic() {
        for (Map.Entry<String, FileKind> start : STARTS.entrySet()) {
            if (head.startsWith(start.getKey())) {
                return start.getValue();
            }
        }
        if (head.startsWith("ustar", TAR_MAGIC_AT)) {
            return FileKind.TAR;
        }
        return latin1(Math.max(0, file.byteSize() - 8), 8).equals(TABLE_MAGIC) ? FileKind.TF_CHECKPOINT : null;
    }

    private boolean isSafetensors() {
        if (file.byteSize() < 10) {
            return false;
        }
        long header = file.get(LittleEndian.LONG, 0);
        return header >= 2
                && header <= Math.max(file.byteSize(), LoadLimits.DEFAULT.headerBytes())
                && head.charAt(8) == '{';
    }

    /** Formats without a magic number, recognised by their first fields. */
    private @Nullable FileKind binary() {
        char first = head.charAt(0);
        char second = head.length() > 1 ? head.charAt(1) : 0;
        char third = head.length() > 2 ? head.charAt(2) : 0;
        if (first == '\u0080' && second >= 2 && second <= 5) {
            return FileKind.PICKLE;
        }
        if (first > '\u0080' && first <= '\u008f' && (isShortText(second) || second == '\u00d9')
                || first == '\u00de' && head.length() > 3 && isShortText(head.charAt(3))) {
            return FileKind.FLAX_MSGPACK;
        }
        if (first == 8 && second == 1 && third == '\u0012') {
            return FileKind.SAVED_MODEL;
        }
        boolean onnxField = third == '\u0012' || third == '\u001a' || third == ':' || third == 'B' || third == '"';
        return first == 8 && second > 0 && second < ' ' && onnxField ? FileKind.ONNX : null;
    }

    /** Whether a byte starts a non-empty MessagePack fixstr. */
    private static boolean isShortText(char c) {
        return c > '\u00a0' && c <= '\u00bf';
    }

    private FileKind text() {
        String start = head.startsWith("\u00ef\u00bb\u00bf") ? head.substring(3) : head;
        String words = start.stripLeading().toLowerCase(Locale.ROOT);
        if (words.startsWith("<!doctype html") || words.startsWith("<html") || words.startsWith("<head")) {
            return FileKind.HTML;
        }
        boolean readable = start.chars()
                .limit(TEXT_BYTES)
                .allMatch(c -> c >= ' ' && c != 0x7F || c == '\n' || c == '\r' || c == '\t');
        if (!readable) {
            return FileKind.UNKNOWN;
        }
        if (words.startsWith("{") || words.startsWith("[")) {
            return words.contains("\"weight_map\"")
                            || latin1(Math.max(0, file.byteSize() - HEAD), HEAD).contains(".safetensors\"")
                    ? FileKind.SAFETENSORS_INDEX
                    : FileKind.JSON;
        }
        return FileKind.TEXT;
    }

    private FileKind zip() {
        List<ZipNames.Entry> entries = ZipNames.of(file);
        if (entries == null) {
            return FileKind.TRUNCATED_ZIP;
        }
        ZipNames.Entry pickle = null;
        boolean keras = false;
        boolean npz = !entries.isEmpty();
        for (ZipNames.Entry e : entries) {
            if (e.name().endsWith("/constants.pkl") || e.name().contains("/code/")) {
                return FileKind.TORCHSCRIPT;
            }
            pickle = e.name().endsWith("/data.pkl") ? e : pickle;
            keras |= e.name().equals("model.weights.h5");
            npz &= e.name().endsWith(".npy");
        }
        if (pickle == null) {
            return keras ? FileKind.KERAS : npz ? FileKind.NPZ : FileKind.ZIP;
        }
        Matcher root = ROOT_CLASS.matcher(
                latin1(Math.clamp(ZipNames.dataStart(file, pickle), 0, file.byteSize()), TEXT_BYTES));
        String module = !root.find() ? "collections" : root.group(1) != null ? root.group(1) : root.group(2);
        return DATA_MODULES.contains(module) ? FileKind.TORCH_ZIP : FileKind.PICKLED_MODULE;
    }
}
