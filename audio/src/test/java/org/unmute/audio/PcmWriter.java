package org.unmute.audio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Writes uncompressed files for tests, with an arbitrary length in the header. */
final class PcmWriter {
    /** The kinds of files. */
    enum Container {
        RIFF,
        RIFX,
        EXTENSIBLE,
        RIFX_EXTENSIBLE,
        RF64,
        BW64,
        WAVE64,
        AIFF,
        AIFC,
        AIFC_SOWT,
        AU;

        boolean wav() {
            return ordinal() <= WAVE64.ordinal();
        }

        ByteOrder order() {
            return switch (this) {
                case RIFX, RIFX_EXTENSIBLE, AIFF, AIFC, AU -> ByteOrder.BIG_ENDIAN;
                default -> ByteOrder.LITTLE_ENDIAN;
            };
        }
    }

    private final Container container;
    private final int channels;
    private final int rate;
    private final int bits;
    private final boolean floats;

    /** @param bits bits per sample, stored in as few bytes as possible */
    PcmWriter(Container container, int channels, int rate, int bits, boolean floats) {
        this.container = container;
        this.channels = channels;
        this.rate = rate;
        this.bits = bits;
        this.floats = floats;
    }

    int frameBytes() {
        return channels * ((bits + 7) / 8);
    }

    /** Bytes before the first sample. */
    int headerBytes() {
        return header(0).length;
    }

    /**
     * Returns a file.
     *
     * @param data samples in the container's byte order
     * @param stated length of the samples stated by the header, in bytes
     * @param after bytes after the samples
     */
    byte[] write(byte[] data, long stated, byte[] after) {
        byte[] header = header(stated);
        return ByteBuffer.allocate(header.length + data.length + after.length)
                .put(header)
                .put(data)
                .put(after)
                .array();
    }

    byte[] write(byte[] data) {
        int odd = container == Container.WAVE64 ? -data.length & 7 : container == Container.AU ? 0 : data.length & 1;
        return write(data, data.length, new byte[odd]);
    }

    /** A chunk that may follow the samples. */
    byte[] trailing(int bytes) {
        ByteBuffer b = buffer(200 + bytes);
        if (container == Container.WAVE64) {
            b.put(guid("6C697374-912E-11CF-A5D6-28DB04C10000"))
                    .putLong(24 + bytes)
                    .put(new byte[bytes]);
        } else if (container != Container.AU) {
            b.put(letters("LIST")).putInt(bytes).put(new byte[bytes + (bytes & 1)]);
        }
        return cut(b);
    }

    private byte[] header(long stated) {
        ByteBuffer b = buffer(200);
        switch (container) {
            case AIFF, AIFC, AIFC_SOWT -> aiff(b, stated);
            case AU -> {
                int kind = floats ? bits == 32 ? 6 : 7 : 1 + (bits + 7) / 8;
                b.put(letters(".snd"))
                        .putInt(28)
                        .putInt((int) stated)
                        .putInt(kind)
                        .putInt(rate)
                        .putInt(channels)
                        .putInt(0);
            }
            case WAVE64 -> {
                b.put(guid("66666972-912E-11CF-A5D6-28DB04C10000")).putLong(104 + stated);
                b.put(guid("65766177-F3AC-11D3-8CD1-00C04F8EDB8A"));
                b.put(guid("20746D66-F3AC-11D3-8CD1-00C04F8EDB8A")).putLong(40);
                format(b, floats ? 3 : 1);
                b.put(guid("61746164-F3AC-11D3-8CD1-00C04F8EDB8A")).putLong(24 + stated);
            }
            default -> riff(b, stated);
        }
        return cut(b);
    }

    private void riff(ByteBuffer b, long stated) {
        boolean large = container == Container.RF64 || container == Container.BW64;
        String id = container.name().substring(0, Math.min(4, container.name().length()));
        b.put(letters(id.equals("EXTE") ? "RIFF" : id))
                .putInt((int) (large ? -1 : 100 + stated))
                .put(letters("WAVE"));
        if (large) {
            b.put(letters("ds64"))
                    .putInt(28)
                    .putLong(100 + stated)
                    .putLong(stated)
                    .putLong(stated / frameBytes())
                    .putInt(0);
        }
        boolean extensible = container == Container.EXTENSIBLE || container == Container.RIFX_EXTENSIBLE;
        b.put(letters("fmt ")).putInt(extensible ? 40 : 16);
        format(b, extensible ? 0xFFFE : floats ? 3 : 1);
        if (extensible) {
            b.putShort((short) 22).putShort((short) bits).putInt(0);
            b.putInt(floats ? 3 : 1)
                    .putShort((short) 0)
                    .putShort((short) 16)
                    .put(HexFormat.of().parseHex("800000AA00389B71"));
        }
        b.put(letters("data")).putInt((int) (large ? -1 : stated));
    }

    private void format(ByteBuffer b, int tag) {
        b.putShort((short) tag).putShort((short) channels).putInt(rate).putInt(rate * frameBytes());
        // An extensible header states the container's bits here and the valid bits elsewhere.
        b.putShort((short) frameBytes()).putShort((short) (tag == 0xFFFE ? (bits + 7) / 8 * 8 : bits));
    }

    private void aiff(ByteBuffer b, long stated) {
        boolean compressed = container != Container.AIFF;
        b.order(ByteOrder.BIG_ENDIAN).put(letters("FORM")).putInt((int) (100 + stated));
        b.put(letters(compressed ? "AIFC" : "AIFF"));
        b.put(letters("COMM")).putInt(compressed ? 24 : 18).putShort((short) channels);
        b.putInt((int) (stated / frameBytes())).putShort((short) bits);
        int exponent = 63 - Long.numberOfLeadingZeros(rate);
        b.putShort((short) (16_383 + exponent)).putLong((long) rate << 63 - exponent);
        if (compressed) {
            String kind = container == Container.AIFC_SOWT ? "sowt" : floats ? bits == 32 ? "fl32" : "fl64" : "NONE";
            b.put(letters(kind)).putShort((short) 0);
        }
        b.put(letters("SSND")).putInt((int) (8 + stated)).putLong(0);
    }

    private ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(container.order());
    }

    private static byte[] cut(ByteBuffer b) {
        byte[] bytes = new byte[b.position()];
        b.get(0, bytes);
        return bytes;
    }

    private static byte[] letters(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] guid(String text) {
        byte[] bytes = HexFormat.of().parseHex(text.replace("-", ""));
        ByteBuffer fields = ByteBuffer.wrap(bytes);
        fields.putInt(0, Integer.reverseBytes(fields.getInt(0)));
        fields.putShort(4, Short.reverseBytes(fields.getShort(4)));
        fields.putShort(6, Short.reverseBytes(fields.getShort(6)));
        return bytes;
    }
}
