/**
 * Ogg Vorbis (RFC 3533 and the Vorbis I specification of Xiph.Org) as an {@link org.unmute.audio.AudioStream}.
 * The decoder is our own, since none on Maven Central can be trusted with a file. JOrbis ({@code
 * com.googlecode.soundlibs:jorbis}, not maintained any more) allocates what unchecked headers say, can search for the
 * size of a codebook forever, and decodes for one thread at a time. J-Ogg ({@code com.github.stephengold:j-ogg-vorbis},
 * the one that is maintained) takes residues of type 1 for type 2, leaves out packets that end early, and never returns
 * from a codebook without dimensions. Here the work on a packet is bounded by its bits, and memory by what {@code
 * VorbisSetup} states. Floors of type 0, which no encoder has written since Vorbis 1.0, are not read.
 */
package org.unmute.audio.vorbis;
