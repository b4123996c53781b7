package org.unmute.data.parquet;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import org.unmute.files.MalformedFileException;

/** Compression of pages, in the order of the codec numbers in the format. */
enum Codec {
    NONE,
    SNAPPY,
    GZIP,
    LZO,
    BROTLI,
    LZ4,
    ZSTD,
    LZ4_RAW;

    static Codec of(Bytes in, long number) throws MalformedFileException {
        if (number < 0 || number >= values().length) {
            throw in.wrong("unknown-compression", "the unknown compression " + number);
        }
        return values()[(int) number];
    }

    /**
     * Decompresses a page.
     *
     * @param in  the compressed page; read to its end
     * @param out receives the page
     * @param size size of the page in bytes
     * @throws MalformedFileException if the data does not decompress to this size
     */
    void decompress(Bytes in, byte[] out, int size) throws MalformedFileException {
        switch (this) {
            case NONE -> {
                if (in.remaining() != size) {
                    throw in.wrong("bad-page", in.remaining() + " bytes where " + size + " are stated");
                }
                in.copyTo(out, 0, size);
            }
            case SNAPPY -> Snappy.decompress(in, out, size);
            case GZIP -> gzip(in, out, size);
            case ZSTD -> Zstd.decompress(in, out, size);
            case LZO, BROTLI, LZ4, LZ4_RAW ->
                throw in.wrong(
                        "unread-compression",
                        "compressed by " + this
                                + ", which is not read: write the file again with snappy, zstd or gzip");
        }
    }

    private static void gzip(Bytes in, byte[] out, int size) throws MalformedFileException {
        byte[] packed = in.array(in.remaining());
        try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            int got = stream.readNBytes(out, 0, size);
            if (got != size || stream.read() >= 0) {
                throw in.wrong("bad-page", "unpacked, it has not the " + size + " bytes that are stated");
            }
        } catch (MalformedFileException e) {
            throw e;
        } catch (IOException e) {
            throw in.wrong("bad-compression", "damaged gzip data: " + e.getMessage());
        }
    }
}
