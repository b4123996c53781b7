package org.unmute.probes.data;

import java.nio.file.Path;

/**
 * A recording to embed.
 *
 * @param id path below the audio root, with '/'
 * @param path where the file is
 */
public record AudioClip(String id, Path path) {}
