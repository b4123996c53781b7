package org.unmute.probes.cache;

/** How a clip stands to what the cache holds. */
public enum ClipStatus {
    /** Tokens of this id and this audio content are there. */
    PRESENT,
    /** The id is there, for other audio content: the file was changed and must be embedded again. */
    CHANGED,
    /** The id is new, but the same audio content is there under another id: the file was renamed, moved or copied. */
    RENAMED,
    /** Neither the id nor the content is there. */
    ABSENT
}
