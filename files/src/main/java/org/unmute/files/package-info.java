/**
 * Files as every module reads and writes them: whole or not at all, without following links that somebody planted, with
 * locks, checksums and a manifest; JSON headers of untrusted files; text for terminals; and what a failure means to the
 * user of a program.
 */
package org.unmute.files;
