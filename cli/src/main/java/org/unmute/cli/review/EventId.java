package org.unmute.cli.review;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.unmute.data.verdict.ReviewedEvent.Key;
import org.unmute.files.Sha256;

/** Names events in addresses, whatever their recordings and classes are called. */
final class EventId {
    private static final int BYTES = 16;

    private EventId() {}

    /** The same 32 hexadecimal digits for the same event. */
    static String of(Key key) {
        MessageDigest digest = Sha256.digest();
        for (String part : new String[] {key.recording(), "" + key.start(), "" + key.end(), key.label()}) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
    }
}
