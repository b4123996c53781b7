package org.unmute.fuzz.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Assembles the pickle of a checkpoint, opcode by opcode. The storages are those of {@link CheckpointArchive}. */
final class PickleSeed {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /**
     * Typical contents of a training script's checkpoint: weights, a namespace, numbers of several types, and the state
     * of a parameter.
     */
    static byte[] ofProtocol2() {
        PickleSeed p =
                new PickleSeed().op(0x80, 2).call("collections", "OrderedDict").op("q\0(");
        p.text("model").op("}q\1(");
        p.tensor("w", "FloatStorage", "0", 6, 2, 3).tensor("i", "LongStorage", "1", 3, 3);
        p.text("p").global("torch._utils", "_rebuild_parameter_with_state").op("(");
        p.rebuilt("FloatStorage", "0", 6, 6).op(0x88).call("collections", "OrderedDict");
        p.op("N}").text("scale").op("K\2s").op(0x86).op("tR");
        p.op('u').text("_metadata").op("}s");
        p.text("args").global("argparse", "Namespace").op(")").op(0x81).op("}(");
        p.text("lr")
                .op("G?PbM\322\361\251\374")
                .text("steps")
                .op("(K\1K\2M,\1t")
                .op("ub");
        p.text("cfg")
                .global("omegaconf", "DictConfig")
                .op(")")
                .op(0x81)
                .op("}(")
                .text("a")
                .op("](K\1Neub");
        p.text("best").global("numpy.core.multiarray", "scalar").global("numpy", "dtype");
        p.op("(").text("f8").op("K\0K\1tR(K\3").text("<").op("NNNJ\377\377\377\377J\377\377\377\377K\0tb");
        p.op("C\10\0\0\0\0\0\0\360?").op(0x86).op('R');
        p.text("dtype").global("torch", "float16").text("device").global("torch", "device");
        p.text("cuda")
                .op("K\0")
                .op(0x86)
                .op('R')
                .text("size")
                .global("torch", "Size")
                .op("(K\2K\3t")
                .op(0x85)
                .op('R');
        return p.op("u.").bytes();
    }

    /** The same operations encoded in protocols 4 and 5: frames, short strings, implicit memo numbers, sets. */
    static byte[] ofProtocol4() {
        PickleSeed p = new PickleSeed();
        p.op('}').op(0x94).op('(').shortText("w").shortText("torch._utils").shortText("_rebuild_tensor_v2");
        p.op(0x93)
                .op(0x94)
                .op("((")
                .shortText("storage")
                .shortText("torch")
                .shortText("HalfStorage")
                .op(0x93);
        p.shortText("2")
                .shortText("cpu")
                .op("K\4tQK\0K\4")
                .op(0x85)
                .op("K\1")
                .op(0x85)
                .op(0x89);
        p.shortText("collections")
                .shortText("OrderedDict")
                .op(0x93)
                .op(")R")
                .op(0x94)
                .op("tR");
        p.shortText("names")
                .op(0x8F)
                .op(0x94)
                .op('(')
                .shortText("a")
                .shortText("b")
                .op(0x90);
        p.shortText("frozen")
                .op('(')
                .shortText("c")
                .op(0x91)
                .shortText("raw")
                .op(0x96)
                .i64(2)
                .op("xy");
        p.shortText("big")
                .op(0x8A, 9)
                .op("\0\0\0\0\0\0\0\0\1")
                .shortText("same")
                .op('h')
                .op(0)
                .op('0')
                .op("Nu.");
        byte[] body = p.bytes();
        PickleSeed all = new PickleSeed().op(0x80, 4).op(0x95).i64(body.length);
        all.out.writeBytes(body);
        return all.bytes();
    }

    private PickleSeed op(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    /** Appends one opcode or byte per character. */
    private PickleSeed op(String latin1) {
        out.writeBytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    private PickleSeed i64(long value) {
        out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    private PickleSeed text(String ascii) {
        return op('X', ascii.length(), 0, 0, 0).op(ascii);
    }

    private PickleSeed shortText(String ascii) {
        return op(0x8C, ascii.length()).op(ascii).op(0x94);
    }

    private PickleSeed global(String module, String name) {
        return op("c" + module + "\n" + name + "\n");
    }

    private PickleSeed call(String module, String name) {
        return global(module, name).op(")R");
    }

    private PickleSeed tensor(String name, String type, String key, int elements, int... sizes) {
        return text(name).rebuilt(type, key, elements, sizes);
    }

    /** Appends a row-major tensor that begins at the start of its storage. */
    private PickleSeed rebuilt(String type, String key, int elements, int... sizes) {
        global("torch._utils", "_rebuild_tensor_v2").op("((").text("storage").global("torch", type);
        text(key).text("cpu").op('K', elements).op("tQK\0(");
        for (int size : sizes) {
            op('K', size);
        }
        op("t(");
        int step = 1;
        int[] strides = new int[sizes.length];
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= sizes[i];
        }
        for (int stride : strides) {
            op('K', stride);
        }
        return op('t').op(0x89).call("collections", "OrderedDict").op("tR");
    }

    private byte[] bytes() {
        return out.toByteArray();
    }
}
