package org.unmute.audio.vorbis;

import java.io.IOException;
import java.util.Arrays;
import org.unmute.audio.AudioSource;
import org.unmute.audio.UnreadableAudioException;

/** Reads the packets of an Ogg file with one stream. Verifies every page, and that no page is missing. */
final class OggPackets {
    /** Maximum length of a packet that is kept, in bytes. A longer one can only be a comment, which is not used. */
    static final int MAX_PACKET = 1 << 20;

    private final AudioSource source;
    private final OggPage page = new OggPage();
    private byte[] packet = new byte[1 << 12];
    private int length;
    /** Whether the packet being assembled lacks its beginning. */
    private boolean partial;

    private int serial;
    /** Number of the next page; -1 if any page may follow. */
    private long sequence;

    private boolean began;
    private int segment;
    private int at;
    private boolean open;

    OggPackets(AudioSource source) {
        this.source = source;
    }

    OggPage page() {
        return page;
    }

    int serial() {
        return serial;
    }

    /** The bits of the packet. They share the packet's array, which the next packet overwrites. */
    PacketBits bits() {
        return new PacketBits(packet, length);
    }

    /** As {@link #bits}, but copied, for a packet that is needed after the next one is read. */
    PacketBits copiedBits() {
        return new PacketBits(Arrays.copyOf(packet, length + PacketBits.PADDING), length);
    }

    int length() {
        return length;
    }

    /** Moves to the page at a byte position. A packet that this page continues is skipped. */
    void position(long position) throws IOException {
        source.seek(position);
        sequence = -1;
        open = false;
        length = 0;
        partial = true;
    }

    /**
     * Reads the next page.
     *
     * @return false at the end of the file
     * @throws UnreadableAudioException if the page is damaged, or is not the one that must follow
     */
    boolean nextPage() throws IOException {
        long start = source.position();
        if (!page.read(source)) {
            return false;
        }
        if (began && page.serial() != serial) {
            throw severalStreams(start);
        }
        if (began && sequence >= 0 && page.sequence() != (int) sequence) {
            throw new UnreadableAudioException(
                    source.name(), "damaged Ogg data: page " + sequence + " is missing before byte " + start);
        }
        serial = page.serial();
        sequence = page.sequence() + 1L & 0xFFFFFFFFL;
        began = true;
        segment = 0;
        at = page.body();
        if (page.continued() && !open) {
            partial = true;
        }
        if (!page.continued()) {
            length = 0;
            partial = false;
        }
        return true;
    }

    /** @param second position of the page that begins a second stream */
    UnreadableAudioException severalStreams(long second) {
        return new UnreadableAudioException(
                source.name(),
                "it holds several streams, the second one from byte " + second + "; only files with one are read");
    }

    /** Assembles the next packet that ends on the page; false if there is none. */
    boolean nextOnPage() {
        while (segment < page.segments()) {
            if (!open) {
                length = 0;
                open = true;
            }
            int size = page.segment(segment++);
            append(size);
            at += size;
            if (size < 255) {
                open = false;
                boolean whole = !partial;
                partial = false;
                if (whole) {
                    return true;
                }
            }
        }
        return false;
    }

    private void append(int size) {
        if (partial || length > MAX_PACKET) {
            return;
        }
        if (length + size + PacketBits.PADDING > packet.length) {
            packet = Arrays.copyOf(packet, 2 * packet.length);
        }
        System.arraycopy(page.bytes(), at, packet, length, size);
        length += size;
        Arrays.fill(packet, length, length + PacketBits.PADDING, (byte) 0);
    }

    /** Reads the next packet, on whichever page it ends; false at the end of the file. */
    boolean next() throws IOException {
        while (page.length() == 0 || !nextOnPage()) {
            if (!nextPage()) {
                return false;
            }
        }
        return true;
    }
}
