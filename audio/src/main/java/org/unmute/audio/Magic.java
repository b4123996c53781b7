package org.unmute.audio;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Names unsupported kinds of files by their first bytes. */
final class Magic {
    private Magic() {}

    /** Matches bytes that begin with {@code first} and have {@code second} at byte {@code at}. */
    private record Signature(String first, int at, String second, String name) {}

    private static final Signature[] SOUND = {
        new Signature("OggS", 28, "OpusHead", "Opus"),
        new Signature("OggS", 28, "Speex", "Speex"),
        new Signature("OggS", 28, "\u007FFLAC", "FLAC in Ogg"),
        new Signature("OggS", 28, "\u0001vorbis", "Ogg Vorbis"),
        new Signature("OggS", 0, "", "Ogg with an unknown codec"),
        new Signature("", 4, "ftyp", "MPEG-4 audio (AAC, ALAC)"),
        new Signature("0&\u00B2u\u008Ef", 0, "", "Windows Media Audio"),
        new Signature("MAC ", 0, "", "Monkey's Audio"),
        new Signature("caff", 0, "", "Core Audio Format"),
        new Signature("wvpk", 0, "", "WavPack"),
        new Signature("TTA", 0, "", "True Audio"),
        new Signature("MPCK", 0, "", "Musepack"),
        new Signature("MP+", 0, "", "Musepack"),
        new Signature("DSD ", 0, "", "DSD"),
        new Signature("FRM8", 0, "", "DSD"),
        new Signature("#!AMR", 0, "", "AMR"),
        new Signature("\u001AE\u00DF\u00A3", 0, "", "Matroska or WebM"),
        new Signature("NIST_1A", 0, "", "NIST SPHERE"),
        new Signature("Creative Voice File", 0, "", "Creative Voice"),
        new Signature("FORM", 8, "8SVX", "8SVX"),
        new Signature("RIFF", 8, "AVI ", "AVI"),
        new Signature("ADIF", 0, "", "AAC"),
        new Signature("\u000Bw", 0, "", "AC-3"),
    };

    private static final Signature[] OTHER = {
        new Signature("version https://git-lfs", 0, "", "a Git LFS pointer, not the recording: run 'git lfs pull'"),
        new Signature("<!DOCTYPE", 0, "", "a web page, not a recording: the download failed"),
        new Signature("<!doctype", 0, "", "a web page, not a recording: the download failed"),
        new Signature("<html", 0, "", "a web page, not a recording: the download failed"),
        new Signature("PK\u0003\u0004", 0, "", "a ZIP archive: unpack it"),
        new Signature("\u001F\u008B", 0, "", "a gzip file: unpack it"),
        new Signature("MThd", 0, "", "MIDI notes, which have no sound of their own"),
    };

    /** The unsupported audio format of the bytes; null if they match none. */
    static @Nullable String unread(byte[] head) {
        String known = name(SOUND, head);
        if (known != null) {
            return known;
        }
        int sync = head.length < 2 ? 0 : (head[0] & 0xFF) << 8 | head[1] & 0xFF;
        // Twelve set bits, then a version bit, two layer bits (0 for AAC) and a checksum bit. A FLAC frame begins with
        // the same bits.
        if ((sync & 0xFFF6) == 0xFFF0) {
            return "AAC (or FLAC frames without the file's beginning)";
        }
        return (sync & 0xFFE0) == 0xFFE0 && (sync & 0x6) != 0 ? "MPEG audio (MP3)" : null;
    }

    /** A description of bytes that are not audio; null if unknown. */
    static @Nullable String noSound(byte[] head) {
        return name(OTHER, head);
    }

    /** Four bytes as letters. */
    static String letters(byte[] bytes, int at) {
        return new String(bytes, at, 4, StandardCharsets.ISO_8859_1);
    }

    private static @Nullable String name(Signature[] signatures, byte[] head) {
        String text = new String(head, 0, Math.min(head.length, 64), StandardCharsets.ISO_8859_1);
        for (Signature s : signatures) {
            if (text.startsWith(s.first) && text.startsWith(s.second, s.at)) {
                return s.name;
            }
        }
        return null;
    }
}
