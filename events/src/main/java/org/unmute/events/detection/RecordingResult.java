package org.unmute.events.detection;

/**
 * A recording whose events were found.
 *
 * @param id     of the clip
 * @param sha256 of the file's bytes
 * @param stamp  what the file system says about the file, see {@link FileStamp}
 * @param read  what was read of it
 * @param events how many there are
 */
public record RecordingResult(String id, String sha256, String stamp, ReadOutcome read, long events) {}
