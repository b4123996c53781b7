package org.unmute.audio.vorbis;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads the bits of a packet, least significant bit of each byte first (Vorbis I, section 2). */
final class PacketBits {
    /** Bytes that must follow the packet in its array, for eight-byte loads. */
    static final int PADDING = 8;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private final byte[] bytes;
    private final long end;
    private long at;

    /** The packet has no more bits. Thrown often, so it has no stack trace. */
    static final class EndOfPacket extends Exception {
        private static final long serialVersionUID = 1L;
        private static final EndOfPacket INSTANCE = new EndOfPacket();

        private EndOfPacket() {
            super("the packet ends early", null, false, false);
        }
    }

    /** @param bytes the packet, followed by {@link #PADDING} bytes */
    PacketBits(byte[] bytes, int length) {
        this.bytes = bytes;
        end = 8L * length;
    }

    /** @param count 0 to 32 */
    int read(int count) throws EndOfPacket {
        long value = peek() & (1L << count) - 1;
        skip(count);
        return (int) value;
    }

    boolean flag() throws EndOfPacket {
        return read(1) != 0;
    }

    /** At least 57 bits from the current position; zeros beyond the end. */
    long peek() {
        int index = (int) Math.min(at, end) >>> 3;
        return (long) LONG.get(bytes, index) >>> (at & 7);
    }

    void skip(int count) throws EndOfPacket {
        if (at + count > end) {
            throw EndOfPacket.INSTANCE;
        }
        at += count;
    }

    long left() {
        return end - at;
    }

    /** Number of bits of a number: 0 for 0, 3 for 7. */
    static int width(int number) {
        return 32 - Integer.numberOfLeadingZeros(number);
    }
}
