package org.unmute.convert.graph;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.unmute.files.LittleEndian;

/**
 * One message in protobuf's wire format, with fields that are varints, 32-bit numbers, bytes or messages. Large fields
 * are computed when the message is written, one at a time.
 */
public final class ProtobufWriter {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    /** Complete parts, before the {@link #tail}. */
    private final List<Part> parts = new ArrayList<>();

    private final ByteArrayOutputStream tail = new ByteArrayOutputStream();
    private long done;

    /** Bytes that exist already, or are computed when needed. */
    private record Part(long length, Supplier<byte[]> bytes) {}

    /** An empty message. */
    public ProtobufWriter() {}

    /** Adds a number as a varint. */
    public ProtobufWriter number(int field, long value) {
        varint((long) field << 3 | VARINT);
        varint(value);
        return this;
    }

    /** Adds a float. */
    public ProtobufWriter real(int field, float value) {
        varint((long) field << 3 | FIXED32);
        tail.writeBytes(ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array());
        return this;
    }

    /** Adds a text. */
    public ProtobufWriter text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds bytes. */
    public ProtobufWriter bytes(int field, byte[] value) {
        length(field, value.length);
        tail.writeBytes(value);
        return this;
    }

    /**
     * Adds bytes that are computed whenever the message is written.
     *
     * @param length how many there will be
     */
    public ProtobufWriter bytes(int field, long length, Supplier<byte[]> value) {
        length(field, length);
        endPart();
        parts.add(new Part(length, value));
        done += length;
        return this;
    }

    /** Adds a message, as it is now. */
    public ProtobufWriter message(int field, ProtobufWriter value) {
        length(field, value.size());
        if (value.parts.isEmpty()) {
            tail.writeBytes(value.tail.toByteArray());
            return this;
        }
        endPart();
        value.endPart();
        parts.addAll(value.parts);
        done += value.done;
        return this;
    }

    /** Bytes of the message. */
    public long size() {
        return done + tail.size();
    }

    /** Writes the message. */
    public void writeTo(WritableByteChannel out) throws IOException {
        endPart();
        for (Part part : parts) {
            byte[] bytes = part.bytes.get();
            if (bytes.length != part.length) {
                throw new IllegalStateException(
                        "protobuf: a field of " + part.length + " bytes was given " + bytes.length);
            }
            LittleEndian.writeFully(out, ByteBuffer.wrap(bytes));
        }
    }

    private void length(int field, long length) {
        varint((long) field << 3 | LENGTH_DELIMITED);
        varint(length);
    }

    private void endPart() {
        if (tail.size() > 0) {
            byte[] bytes = tail.toByteArray();
            parts.add(new Part(bytes.length, () -> bytes));
            done += bytes.length;
            tail.reset();
        }
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            tail.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        tail.write((int) rest);
    }
}
