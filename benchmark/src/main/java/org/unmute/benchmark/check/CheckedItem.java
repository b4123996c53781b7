package org.unmute.benchmark.check;

import java.nio.file.Path;

/**
 * A unit that was checked as a whole: a cache, a benchmark, the files of a run.
 *
 * @param path its folder, or its only file
 * @param what kind of unit
 * @param content description of its contents
 * @param state the worst finding in it; null if there is none
 */
public record CheckedItem(Path path, String what, String content, Finding.Kind state) {}
