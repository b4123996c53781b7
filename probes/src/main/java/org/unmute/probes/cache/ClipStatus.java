package org.unmute.probes.cache;

/** Whether the cache holds a clip. */
public enum ClipStatus {
    /** The cache has tokens for this id and this audio content. */
    PRESENT,
    /** The id is stored with other audio content: the file was changed and must be embedded again. */
    CHANGED,
    /** The id is new, but its audio content is stored under another id: the file was renamed, moved or copied. */
    RENAMED,
    /** Neither the id nor the content is stored. */
    ABSENT
}
