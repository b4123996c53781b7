/** What the command pretrain trains, and on which sounds. */
package org.unmute.cli.pretrain;
